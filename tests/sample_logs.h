#pragma once

#include <string>
#include <vector>

#include "rules/rule_pack.h"

namespace ktriage::test {

/// A console to test with, and where it came from.
struct SampleLog {
  std::string name;
  std::string text;
};

/// The example of every rule, named by the rule's id.
std::vector<SampleLog> rule_examples(const RulePack& pack);

/// The uncompressed consoles of corpus/ and tests/data/, named by their paths, sorted. What is compressed is counted on
/// stdout.
std::vector<SampleLog> corpus_logs();

/// The logs of the peer's report cases, if $KTRIAGE_PEER_SUITE says where they are; otherwise none, and a word on
/// stdout.
std::vector<SampleLog> peer_logs();

/// All of the above.
std::vector<SampleLog> all_sample_logs(const RulePack& pack);

}  // namespace ktriage::test

#pragma once

#include <string>

#include "bisect/bisect_result.h"
#include "bisect/repository.h"
#include "bisect/sufficiency.h"
#include "bisect/test_bench.h"

namespace ktriage {

/// Puts a found culprit to the test: it has to differ from its parents, and taking it back from the newest commit has
/// to undo what it did.
class Verifier {
 public:
  Verifier(const BisectConfig& config, Repository& repository, TestBench& bench, SessionOutput& output)
      : config_(config), repository_(repository), bench_(bench), output_(output) {}

  /// Runs the culprit and its parents as often as it takes. The bench remembers what came of it.
  Result<bool> test_culprit(const std::string& culprit);
  /// Runs `tip` with the culprit reverted.
  Result<bool> test_revert(const std::string& culprit, const std::string& tip);
  /// What the tests have shown so far.
  Result<Verification> summary(const std::string& culprit, const std::string& tip);

 private:
  CrashCounts counts_of(const std::string& commit);
  bool is_settled(const Evidence& evidence, bool shall_crash, const CrashCounts& counts) const;
  bool same_image(const BuildKey& a, const BuildKey& b);
  Evidence shared_evidence(const BuildKey& key);

  const BisectConfig& config_;
  Repository& repository_;
  TestBench& bench_;
  SessionOutput& output_;
};

}  // namespace ktriage

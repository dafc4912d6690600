// How well signatures and the judgement tell bugs apart, on the consoles of corpus/linux: the bug behind each log is
// known, because the kernels were crashed on purpose. The bugs are cut in two halves by a hash of their names: numbers
// in signatures/ were chosen on the first, and the second, which nobody looked at for that, must be as good.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "parser/frame_line.h"
#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "signatures/clusterer.h"
#include "signatures/digest.h"
#include "tests/cluster_quality.h"
#include "tests/corpus_case.h"

namespace ktriage::test {
namespace {

struct Sample {
  std::string name;  // BUILD/SLUG
  std::string build;
  std::string bug;
  std::string guilty;  // the label's
  std::string trigger;
  CrashReport crash;
  Signature signature;
};

/// The first crash of each log whose bug is known.
class Corpus : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine_ = new Engine(load_default_pack());
    samples_ = new std::vector<Sample>();
    const Signer signer(engine_->pack());
    for (auto& one : load_corpus(std::filesystem::path(KTRIAGE_SOURCE_DIR) / "corpus" / "linux")) {
      auto crashes = parse_log(*engine_, one.log);
      if (one.bug.empty() || crashes.empty()) continue;
      Sample sample{one.name,    one.name.substr(0, one.name.find('/')),
                    one.bug,     one.guilty,
                    one.trigger, std::move(crashes.front()),
                    {}};
      sample.signature = signer.sign(sample.crash);
      samples_->push_back(std::move(sample));
    }
  }
  static void TearDownTestSuite() {
    delete samples_;
    delete engine_;
  }

  static bool held_out(const std::string& bug) { return digest(bug, 1) >= "8"; }

  static Engine* engine_;
  static std::vector<Sample>* samples_;
};

Engine* Corpus::engine_ = nullptr;
std::vector<Sample>* Corpus::samples_ = nullptr;

using Grouping = std::vector<std::string>;  // per sample: the name of its cluster

Grouping by_signature(const std::vector<Sample>& samples, const SignatureRules& rules) {
  std::vector<size_t> order(samples.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return clearer(samples[a].signature, samples[b].signature); });
  FrameModel model(rules);
  std::set<std::string> sites;
  for (const size_t i : order) {
    if (sites.insert(samples[i].signature.anchor).second) model.add_site(samples[i].signature);
  }
  Clusterer clusterer(rules, model);
  Grouping out(samples.size());
  for (const size_t i : order) out[i] = std::to_string(clusterer.place(samples[i].signature).cluster);
  return out;
}

Grouping by_title(const std::vector<Sample>& samples) {
  Grouping out;
  for (const auto& sample : samples) out.push_back(sample.crash.title);
  return out;
}

/// Title or alternative title in common, transitively: the peer's rule.
Grouping by_any_title(const std::vector<Sample>& samples) {
  std::map<std::string, std::string> parent;
  const auto root = [&](std::string title) {
    while (parent.contains(title) && parent[title] != title) title = parent[title];
    return title;
  };
  for (const auto& sample : samples) {
    const std::string top = root(sample.crash.title);
    parent[top] = top;
    for (const auto& alternative : sample.crash.alt_titles) parent[root(alternative)] = top;
  }
  Grouping out;
  for (const auto& sample : samples) out.push_back(root(sample.crash.title));
  return out;
}

/// The six innermost frames, addresses and suffixes gone: ABRT's rule.
Grouping by_top_frames(const std::vector<Sample>& samples) {
  Grouping out;
  for (const auto& sample : samples) {
    std::string key;
    size_t count = 0;
    const auto& stacks = sample.crash.stacks;
    const auto stack =
        std::find_if(stacks.begin(), stacks.end(), [](const Stack& s) { return s.role == StackRole::Crash; });
    if (stack != stacks.end()) {
      for (const auto& frame : stack->frames) {
        if (!frame.reliable || frame.function.empty() || count == 6) continue;
        key += std::string(strip_compiler_suffix(frame.function)) + "\n";
        ++count;
      }
    }
    out.push_back(key.empty() ? sample.name : key);
  }
  return out;
}

enum class Part { Chosen, HeldOut, All };

ClusterQuality quality_of(const std::vector<Sample>& samples, const Grouping& grouping, Part part,
                          bool (*held_out)(const std::string&)) {
  std::vector<Labelled> items;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (part == Part::All || held_out(samples[i].bug) == (part == Part::HeldOut))
      items.push_back({grouping[i], samples[i].bug});
  }
  return measure(items);
}

/// Each cluster that holds several bugs, each bug that lies in several clusters.
void print_faults(const std::vector<Sample>& samples, const Grouping& grouping, bool (*held_out)(const std::string&)) {
  std::map<std::string, std::map<std::string, int>> bugs_of, clusters_of;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (held_out(samples[i].bug)) continue;  // what is reported is not looked at
    ++bugs_of[grouping[i]][samples[i].bug];
    ++clusters_of[samples[i].bug][grouping[i]];
  }
  for (const auto& [cluster, bugs] : bugs_of) {
    if (bugs.size() < 2) continue;
    std::printf("one cluster:");
    for (const auto& [bug, count] : bugs) std::printf(" %s (%d)", bug.c_str(), count);
    std::printf("\n");
  }
  for (const auto& [bug, clusters] : clusters_of) {
    if (clusters.size() < 2) continue;
    std::printf("torn apart: %s", bug.c_str());
    for (const auto& [cluster, count] : clusters) std::printf(" %d", count);
    std::printf("\n");
  }
}

TEST_F(Corpus, ClustersAreBugs) {
  const auto& samples = *samples_;
  ASSERT_FALSE(samples.empty());
  const std::vector<std::pair<const char*, Grouping>> rules = {
      {"signature", by_signature(samples, engine_->pack().signatures)},
      {"title", by_title(samples)},
      {"title or alternative", by_any_title(samples)},
      {"top 6 frames", by_top_frames(samples)},
  };
  print_faults(samples, rules.front().second, held_out);
  std::printf("%-22s %-9s %9s %9s %9s %9s\n", "rule", "bugs", "precision", "recall", "F1", "Rand");
  std::map<std::pair<std::string, Part>, ClusterQuality> table;
  for (const auto& [name, grouping] : rules) {
    for (const auto& [part, label] :
         {std::pair{Part::Chosen, "chosen"}, {Part::HeldOut, "held out"}, {Part::All, "all"}}) {
      const ClusterQuality q = quality_of(samples, grouping, part, held_out);
      table[{name, part}] = q;
      std::printf("%-22s %-9s %9.4f %9.4f %9.4f %9.4f\n", name, label, q.precision, q.recall, q.f1, q.rand);
    }
  }
  for (const auto part : {Part::HeldOut, Part::All}) {
    const ClusterQuality ours = table[{"signature", part}];
    EXPECT_GE(ours.f1, 0.93);
    for (const char* other : {"title", "title or alternative", "top 6 frames"}) {
      EXPECT_GT(ours.f1, (table[{other, part}].f1)) << other;
      EXPECT_GT(ours.rand, (table[{other, part}].rand)) << other;
    }
  }
}

}  // namespace
}  // namespace ktriage::test

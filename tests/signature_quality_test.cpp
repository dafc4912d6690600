// How well signatures and the judgement tell bugs apart, on the consoles of corpus/linux: the bug behind each log is
// known, because the kernels were crashed on purpose. The bugs are cut in two halves by a hash of their names: numbers
// in signatures/ were chosen on the first. The second was looked at for causes, not for numbers (docs/signatures.md).

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
    EXPECT_GE(ours.f1, 0.97);
    for (const char* other : {"title", "title or alternative", "top 6 frames"}) {
      EXPECT_GT(ours.f1, (table[{other, part}].f1)) << other;
      EXPECT_GT(ours.rand, (table[{other, part}].rand)) << other;
    }
  }
}

/// The calls from the function that the label names outward to the entry of the task, system call or interrupt: what
/// the source did, whatever detector, lists and signatures make of it. Empty if the stack does not show that function,
/// or the unwinder vouches for none.
std::vector<std::string> labelled_path(const Sample& sample, const SignatureRules& rules) {
  const auto stops = [&](std::string_view function) {
    return std::any_of(rules.ends.begin(), rules.ends.end(), [&](const GuiltyList& list) {
      return std::any_of(list.functions.begin(), list.functions.end(), [&](std::string_view name) {
        return name.ends_with('*') ? function.starts_with(name.substr(0, name.size() - 1)) : function == name;
      });
    });
  };
  for (const auto& stack : sample.crash.stacks) {
    if (stack.role != StackRole::Crash) continue;
    std::vector<std::string> out;
    for (const auto& frame : stack.frames) {
      std::string function(strip_compiler_suffix(frame.function));
      if (!frame.reliable || (out.empty() && function != sample.guilty)) continue;
      if (stops(function)) break;
      for (const auto& prefix : rules.syscall_prefixes) {
        if (function.starts_with(prefix)) function = "sys_" + function.substr(prefix.size());
      }
      if (out.empty() || out.back() != function) out.push_back(std::move(function));
    }
    if (!out.empty()) return out;
  }
  return {};
}

/// Where several builds crashed on the same way through the source, do they have the same id?
TEST_F(Corpus, IdSurvivesOtherBuilds) {
  std::map<std::string, std::map<std::vector<std::string>, std::vector<const Sample*>>> bugs;
  for (const auto& sample : *samples_) {
    if (sample.guilty.empty() || sample.signature.corrupted) continue;
    auto path = labelled_path(sample, engine_->pack().signatures);
    if (!path.empty()) bugs[sample.bug][std::move(path)].push_back(&sample);
  }
  int compared = 0, stable = 0, pairs = 0, equal = 0;
  for (const auto& [bug, paths] : bugs) {
    int bug_pairs = 0;
    std::map<std::string, std::string> ids;  // of the bug, each with the first log that has it
    for (const auto& [path, found] : paths) {
      for (size_t i = 0; i < found.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
          if (found[i]->build == found[j]->build) continue;
          ++bug_pairs;
          equal += found[i]->signature.id == found[j]->signature.id ? 1 : 0;
          for (const auto* sample : {found[i], found[j]}) ids.emplace(sample->signature.id, sample->name);
        }
      }
    }
    pairs += bug_pairs;
    if (bug_pairs == 0) continue;
    ++compared;
    stable += ids.size() == 1 ? 1 : 0;
    if (ids.size() == 1) continue;
    std::printf("several ids: %s", bug.c_str());
    for (const auto& [id, name] : ids) std::printf(" %s (%s)", id.c_str(), name.c_str());
    std::printf("\n");
  }
  ASSERT_GT(compared, 0);
  std::printf("one id on all builds with the same call path: %d of %d bugs, %.1f%%; %d of %d pairs of logs, %.1f%%\n",
              stable, compared, 100.0 * stable / compared, equal, pairs, 100.0 * equal / pairs);
  EXPECT_GE(1.0 * stable / compared, 0.95);
}

}  // namespace
}  // namespace ktriage::test

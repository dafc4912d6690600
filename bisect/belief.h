#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bisect/ancestor_sums.h"
#include "bisect/commit_graph.h"
#include "bisect/crash_rate.h"
#include "bisect/outcome.h"

namespace ktriage {

/// What the runs on one commit have shown so far.
struct RunTally {
  int target = 0;
  int other = 0;
  int clean = 0;
  int untestable = 0;

  void add(RunOutcome outcome);
  int all() const { return target + other + clean + untestable; }
  bool is_testable() const { return all() > untestable; }
};

struct BeliefOptions {
  Direction direction = Direction::Cause;
  CrashRate rate = CrashRate::unknown();
  double crashes_everywhere = 0.05;
  double false_crash_rate = 1e-4;
  std::vector<double> weights;  ///< of each candidate; empty: all alike
};

/// The probability of each candidate to be the sought commit, given all runs so far; and that none is, because the
/// crash is everywhere.
///
/// Under the hypothesis "it is c", a commit x crashes (at the rate) exactly if it reaches c; with Direction::Fix, if it
/// does not. So the runs tell candidates apart only by which of the tested commits reach them, and all candidates that
/// the same tested commits reach are one *class*, with one count of crashes and clean runs and one likelihood.
class Belief {
 public:
  struct Class {
    int crashes = 0;  ///< target crashes on tested commits that crash under this hypothesis
    int clean = 0;    ///< runs without a crash on those
  };
  struct Test {
    CommitId commit = 0;
    RunTally runs;
    std::vector<uint8_t> crashes_in;  ///< by class: does the commit crash if the sought one is in that class?
  };

  /// Both must outlive the belief.
  Belief(const CommitGraph& graph, const AncestorSums& sums, BeliefOptions options);

  void record(CommitId commit, RunOutcome outcome);

  /// By candidate; with everywhere() they sum to 1.
  std::span<const double> probabilities() const { return probabilities_; }
  double everywhere() const { return everywhere_probability_; }

  std::span<const Class> classes() const { return classes_; }
  uint32_t class_of(CommitId candidate) const { return class_of_[candidate]; }
  const Class& everywhere_class() const { return everywhere_; }

  const std::vector<Test>& tests() const { return tests_; }
  const Test* test_of(CommitId commit) const;
  const RunTally& total() const { return total_; }
  const BeliefOptions& options() const { return options_; }

  /// The likelihood of all runs if it is `commit`, over that if it is `other`. A boundary commit stands for
  /// "everywhere".
  double likelihood_ratio(CommitId commit, CommitId other) const;

 private:
  size_t add_test(CommitId commit);
  void split_classes(Test& test);
  double log_likelihood(const Class& counts) const;
  void update();

  const CommitGraph& graph_;
  const AncestorSums& sums_;
  BeliefOptions options_;
  std::vector<uint32_t> class_of_;
  std::vector<Class> classes_ = {{}};
  Class everywhere_;
  std::vector<Test> tests_;
  std::vector<uint32_t> test_of_;  // by commit: index of its test plus one
  RunTally total_;
  std::vector<double> probabilities_;
  double everywhere_probability_ = 0;
};

}  // namespace ktriage

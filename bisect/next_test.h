#pragma once

#include <cstdint>
#include <vector>

#include "bisect/ancestor_sums.h"
#include "bisect/belief.h"
#include "bisect/commit_graph.h"
#include "bisect/strategy.h"

namespace ktriage {

/// A test that might be run next, and what it would be worth.
struct RatedTest {
  Proposal proposal;
  double information = 0;  ///< bits that its outcome tells about which commit it is, on average
  double value = 0;        ///< expected bits per expected cost, the doubt included whether it can be tested at all
};

/// Rates every test of one commit by up to `max_runs` runs, given a belief: information per cost, where a commit that
/// has been tested needs no build. For one moment of a search: after a record() make another. All references must
/// outlive it.
class TestChooser {
 public:
  TestChooser(const CommitGraph& graph, const AncestorSums& sums, const Belief& belief, TestCost cost, int max_runs);

  /// Takes a test that is under way, or has just been chosen, into account: its outcome will be known.
  void assume(const Proposal& test);

  /// The test of most value on a commit that was not assumed. Of no information if nothing is left to learn.
  RatedTest best() const;

  /// That a commit can be tested, 0…1.
  double testability(CommitId commit) const { return testability_[commit]; }

 private:
  /// What would be believed after one set of outcomes of the tests assumed, and how likely that set is.
  struct Scenario {
    double probability = 1;
    std::vector<double> candidates;
    double everywhere = 0;
  };
  /// The chance to see a crash in so many runs on a commit, under each hypothesis by which it crashes, and elsewhere.
  struct CrashChance {
    std::vector<double> in_class;
    double everywhere = 0;
    double elsewhere = 0;
  };

  CrashChance chance_in(int runs) const;
  /// By candidate, and in the last element for the boundary: which are wanted; probability to see a crash, and
  /// information.
  void rate(int runs, const std::vector<uint8_t>& wanted, std::vector<double>& crash,
            std::vector<double>& information) const;
  void compare(int runs, const std::vector<double>& crash, const std::vector<double>& information,
               RatedTest& best) const;
  /// Of a test of one commit: once, and for each run that shall tell something.
  struct Cost {
    double build = 0;
    double run = 0;
  };
  Cost cost_of(CommitId commit) const;
  CommitId choose_boundary() const;

  const CommitGraph& graph_;
  const AncestorSums& sums_;
  const Belief& belief_;
  TestCost cost_;
  int max_runs_;
  double crash_rate_ = 0;
  CommitId boundary_ = 0;  // the one that stands for all; size() if there is none
  std::vector<double> testability_;
  std::vector<uint8_t> assumed_;  // by commit
  std::vector<Scenario> scenarios_;
};

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bisect/commit_graph.h"
#include "bisect/crash_rate.h"
#include "bisect/outcome.h"

namespace ktriage {

/// Run the test on `commit` up to `runs` times. Stop at the first TargetCrash or NotTestable: more would teach little.
struct Proposal {
  CommitId commit = 0;
  int runs = 1;

  bool operator==(const Proposal&) const = default;
};

enum class SearchState {
  Searching,
  Found,              ///< `suspects` holds the commit
  NotReproduced,      ///< no run crashed where the crash was said to be
  CrashesEverywhere,  ///< Cause: the crash is older than the range. Fix: the newest commit still crashes
  Inconclusive,       ///< only commits that cannot be tested would tell `suspects` apart
};

struct Suspect {
  CommitId commit = 0;
  double probability = 0;  ///< 0…1
};

/// Where the search stands.
struct SearchStatus {
  SearchState state = SearchState::Searching;
  /// Found: the one. Inconclusive: all that remain. Searching: the likeliest few. Likeliest first.
  std::vector<Suspect> suspects;
  /// That the state's verdict is right, 0…1. While Searching, that of the likeliest commit.
  double confidence = 0;
  /// While Searching, as git prints them for its next test: commits left to test after it, and about how many steps.
  size_t revisions_left = 0;
  int steps_left = 0;
  double crash_rate = 0;  ///< how often a commit that has the crash crashes, as far as known; 0…1
};

/// What a test costs, in seconds or any other unit; only the ratio counts.
struct TestCost {
  double build = 5;
  double run = 1;
};

/// How a bisection chooses what to test, and what it concludes. Pure: no processes, no clock; what it does is a
/// function of the graph, its options and the sequence of record() calls, so that a journal replayed leads to the same
/// state.
///
/// The loop: while status().state is Searching, run what propose() says, record() each run as it ends, in any order.
class Strategy {
 public:
  virtual ~Strategy() = default;

  /// What to test next, best first: at most `workers` tests on as many different commits. `in_flight` is what is being
  /// tested already; the answer completes that, and never names its commits. Empty if the search is over, or if
  /// nothing sensible is left to do before something in flight ends. A strategy goes on proposing the commit that it
  /// has run before as long as that tells most for its cost.
  virtual std::vector<Proposal> propose(size_t workers, std::span<const Proposal> in_flight = {}) const = 0;

  /// Takes in the outcome of one run. Any commit of the graph may be recorded, proposed or not, the boundary too.
  virtual void record(CommitId commit, RunOutcome outcome) = 0;

  virtual SearchStatus status() const = 0;

  /// Tells what tests have been seen to cost. May change what is proposed, never what is concluded.
  virtual void set_cost(TestCost /*cost*/) {}
};

/// Exactly git's choices (bisect.c), one commit a time. With several workers the others get what git would choose next
/// after either answer.
struct GitOptions {
  Direction direction = Direction::Cause;
  /// Runs a verdict takes: bad at the first TargetCrash, good after so many NoCrash (less the OtherCrash, unless all
  /// were that), skip at NotTestable or if every run was OtherCrash. (Fix: crashed is old, otherwise new.)
  int runs = 1;
};

/// See docs/bisect-search.md.
struct BayesOptions {
  Direction direction = Direction::Cause;
  double error_probability = 0.01;  ///< stop when the verdict is wrong with no more than this; 0 < … < 0.5
  /// A weight for each candidate, any scale (see prior.h); empty: all alike. Zero only for what provably cannot matter.
  std::vector<double> weights;
  double crashes_everywhere = 0.05;  ///< probability, before any test, that the range does not hold the commit
  double false_crash_rate = 1e-4;    ///< that a run shows the target's crash where it is not
  /// The search begins where the crash was said to be, until it has been seen so often: that teaches the crash rate
  /// without a build.
  int reproduction_crashes = 5;
  int reproduction_runs = 80;  ///< …or run so often; if there was no crash at all, it counts as not reproduced
  int max_runs_per_proposal = 20;
  TestCost cost;
  CrashRate crash_rate = CrashRate::unknown();
};

/// `graph` must outlive the strategy.
std::unique_ptr<Strategy> make_git_strategy(const CommitGraph& graph, GitOptions options);
std::unique_ptr<Strategy> make_bayes_strategy(const CommitGraph& graph, BayesOptions options);

/// "Bisecting: 3 revisions left to test after this (roughly 2 steps)", in git's words.
std::string bisecting_line(size_t revisions_left, int steps_left);

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bisect/commit_graph.h"
#include "bisect/outcome.h"
#include "bisect/random.h"
#include "bisect/strategy.h"

namespace ktriage {

/// What is true in a simulated bisection, and how noisy the tests are. Rates are 0…1.
struct World {
  Direction direction = Direction::Cause;
  /// The sought commit; nothing if there is none: then the crash is everywhere if `rate` > 0, and nowhere otherwise.
  std::optional<CommitId> culprit;
  double rate = 1;                  ///< at which a commit with the crash crashes
  double other_rate = 0;            ///< at which any run ends in another crash instead
  std::vector<uint8_t> untestable;  ///< by candidate; empty: none
};

/// Runs tests in a World instead of building anything.
class SimulatedTester {
 public:
  SimulatedTester(const CommitGraph& graph, World world, uint64_t seed);

  RunOutcome run(CommitId commit);

  size_t runs() const { return runs_; }
  size_t builds() const { return builds_; }

 private:
  World world_;
  Random random_;
  std::vector<uint8_t> crashes_;  // by commit
  std::vector<uint8_t> built_;    // by commit
  size_t runs_ = 0;
  size_t builds_ = 0;
};

/// How one simulated bisection ended. The runs on the known crashing commit that come before the search proper stand
/// apart.
struct Trial {
  SearchState state = SearchState::Inconclusive;
  std::optional<CommitId> found;
  size_t runs = 0;
  size_t builds = 0;
  size_t reproduction_runs = 0;
};

/// A way to bisect that can be tried in a world: given a graph, something that does one bisection.
struct Policy {
  std::string name;
  std::function<Trial(const CommitGraph& graph, SimulatedTester& tester)> bisect;
};

/// A Strategy, as the real loop drives it. Runs on the commit that it tests first, before it turns to another one,
/// count as reproduction.
Trial bisect_with(Strategy& strategy, SimulatedTester& tester);

Policy bayes_policy(std::string name, BayesOptions options);
/// git bisect with so many runs a commit, bad at the first crash of any kind, as a script does for `git bisect run`.
Policy repeated_git_policy(std::string name, int runs);
/// `strategy: git`, as the real loop drives it: the crash is reproduced first, and how flaky it proves decides how many
/// clean runs make a commit good. `crashing` is where it is known.
struct ReproducedGitOptions {
  Direction direction = Direction::Cause;
  int crashes = 3;  ///< to see before the search
  int runs = 60;    ///< at most, for that
  std::function<int(int crashes, int clean)> clean_runs_needed;
};
Policy reproduced_git_policy(std::string name, ReproducedGitOptions options);
/// What syzkaller does: ten runs a commit, twenty if it proves flaky, any crash counts, few crashes are a skip.
Policy peer_policy();

}  // namespace ktriage

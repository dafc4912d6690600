#include "bisect/simulator.h"

#include <algorithm>
#include <utility>

#include "bisect/ancestor_sums.h"

namespace ktriage {

SimulatedTester::SimulatedTester(const CommitGraph& graph, World world, uint64_t seed)
    : world_(std::move(world)), random_(seed), crashes_(graph.size()), built_(graph.size()) {
  if (!world_.culprit) {
    std::fill(crashes_.begin(), crashes_.end(), world_.rate > 0 ? 1 : 0);
    return;
  }
  // A commit has the change if it reaches the culprit: parents come after their children.
  std::vector<uint8_t> has_change(graph.size());
  has_change[*world_.culprit] = 1;
  for (CommitId commit = *world_.culprit; commit-- > 0;) {
    for (const CommitId parent : graph.parents(commit)) has_change[commit] |= has_change[parent];
  }
  for (size_t i = 0; i < crashes_.size(); ++i) {
    crashes_[i] = (has_change[i] != 0) == (world_.direction == Direction::Cause) ? 1 : 0;
  }
}

RunOutcome SimulatedTester::run(CommitId commit) {
  if (built_[commit] == 0) ++builds_;
  built_[commit] = 1;
  if (commit < world_.untestable.size() && world_.untestable[commit] != 0) return RunOutcome::NotTestable;
  ++runs_;
  if (random_.chance(world_.other_rate)) return RunOutcome::OtherCrash;
  return crashes_[commit] != 0 && random_.chance(world_.rate) ? RunOutcome::TargetCrash : RunOutcome::NoCrash;
}

Trial bisect_with(Strategy& strategy, SimulatedTester& tester) {
  Trial trial;
  bool reproducing = true;
  std::optional<CommitId> first;
  for (SearchStatus status = strategy.status();; status = strategy.status()) {
    if (status.state != SearchState::Searching) {
      trial.state = status.state;
      if (status.state == SearchState::Found) trial.found = status.suspects.at(0).commit;
      break;
    }
    const auto proposals = strategy.propose(1);
    if (proposals.empty()) break;
    const auto [commit, runs] = proposals.front();
    first = first.value_or(commit);
    reproducing = reproducing && commit == *first;
    for (int i = 0; i < runs; ++i) {
      const RunOutcome outcome = tester.run(commit);
      strategy.record(commit, outcome);
      if (reproducing) ++trial.reproduction_runs;
      if (outcome == RunOutcome::TargetCrash || outcome == RunOutcome::NotTestable) break;
    }
  }
  trial.runs = tester.runs() - trial.reproduction_runs;
  trial.builds = tester.builds();
  return trial;
}

namespace {

/// Bisects with git's choices; `judge` makes a verdict of a commit: TargetCrash, NoCrash or NotTestable.
Trial bisect_as_git(const CommitGraph& graph, SimulatedTester& tester, size_t reproduction_runs,
                    const std::function<RunOutcome(CommitId)>& judge) {
  const auto strategy = make_git_strategy(graph, {});
  Trial trial;
  trial.reproduction_runs = reproduction_runs;
  while (strategy->status().state == SearchState::Searching) {
    const CommitId commit = strategy->propose(1).at(0).commit;
    strategy->record(commit, judge(commit));
  }
  const SearchStatus status = strategy->status();
  trial.state = status.state;
  if (status.state == SearchState::Found) trial.found = status.suspects.at(0).commit;
  trial.runs = tester.runs() - reproduction_runs;
  trial.builds = tester.builds();
  return trial;
}

bool is_crash(RunOutcome outcome) { return outcome == RunOutcome::TargetCrash || outcome == RunOutcome::OtherCrash; }

Trial bisect_as_peer(const CommitGraph& graph, SimulatedTester& tester) {
  constexpr int kFirstRuns = 20;
  int first_crashes = 0;
  for (int i = 0; i < kFirstRuns; ++i) first_crashes += is_crash(tester.run(graph.bad())) ? 1 : 0;
  if (first_crashes == 0) {
    Trial trial;
    trial.state = SearchState::NotReproduced;
    trial.reproduction_runs = tester.runs();
    return trial;
  }
  const int runs = 2 * first_crashes < kFirstRuns ? 20 : 10;
  return bisect_as_git(graph, tester, kFirstRuns, [&](CommitId commit) {
    int crashes = 0;
    for (int i = 0; i < runs; ++i) {
      const RunOutcome outcome = tester.run(commit);
      if (outcome == RunOutcome::NotTestable) return outcome;
      crashes += is_crash(outcome) ? 1 : 0;
    }
    if (crashes >= std::max(2, runs / 6)) return RunOutcome::TargetCrash;
    return crashes == 0 ? RunOutcome::NoCrash : RunOutcome::NotTestable;
  });
}

}  // namespace

Policy bayes_policy(std::string name, BayesOptions options) {
  return {std::move(name), [options = std::move(options)](const CommitGraph& graph, SimulatedTester& tester) {
            return bisect_with(*make_bayes_strategy(graph, options), tester);
          }};
}

Policy repeated_git_policy(std::string name, int runs) {
  return {std::move(name), [runs](const CommitGraph& graph, SimulatedTester& tester) {
            return bisect_as_git(graph, tester, 0, [&](CommitId commit) {
              for (int i = 0; i < runs; ++i) {
                const RunOutcome outcome = tester.run(commit);
                if (outcome == RunOutcome::NotTestable) return outcome;
                if (is_crash(outcome)) return RunOutcome::TargetCrash;
              }
              return RunOutcome::NoCrash;
            });
          }};
}

Policy reproduced_git_policy(std::string name, ReproducedGitOptions options) {
  return {std::move(name), [options = std::move(options)](const CommitGraph& graph, SimulatedTester& tester) {
            const bool is_cause = options.direction == Direction::Cause;
            const CommitId crashing = is_cause ? graph.bad() : static_cast<CommitId>(graph.candidates());
            int crashes = 0;
            int runs = 0;
            for (; crashes < options.crashes && runs < options.runs; ++runs) {
              if (tester.run(crashing) == RunOutcome::TargetCrash) ++crashes;
            }
            Trial trial;
            trial.state = SearchState::NotReproduced;
            if (crashes > 0) {
              const int needed = options.clean_runs_needed(crashes, runs - crashes);
              trial = bisect_with(*make_git_strategy(graph, {options.direction, needed}), tester);
            }
            trial.reproduction_runs = static_cast<size_t>(runs);
            trial.runs = tester.runs() - trial.reproduction_runs;
            return trial;
          }};
}

Policy peer_policy() { return {"peer", bisect_as_peer}; }

}  // namespace ktriage

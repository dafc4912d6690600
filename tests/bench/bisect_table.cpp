// The simulation table of docs/bisect-search.md: accuracy, runs and builds of several ways to bisect.
//   bisect_table [TRIALS [BUILD-COST]]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bisect/made_history.h"
#include "bisect/simulator.h"

namespace {

using namespace ktriage;  // NOLINT(google-build-using-namespace): one short file

struct Cell {
  double rate;
  double other_rate;
};

struct Figures {
  int trials = 0;
  int right = 0;
  double runs = 0;
  double builds = 0;
  double reproduction = 0;
  double seconds = 0;
};

Figures measure(const CommitGraph& graph, const Cell& cell, const Policy& policy, int trials) {
  Figures out;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < trials; ++i) {
    Random random(static_cast<uint64_t>(i) * 7919 + 1);
    World world;
    world.culprit = static_cast<CommitId>(random.below(graph.candidates()));
    world.rate = cell.rate;
    world.other_rate = cell.other_rate;
    SimulatedTester tester(graph, world, random.next());
    const Trial trial = policy.bisect(graph, tester);
    ++out.trials;
    out.right += trial.found == world.culprit ? 1 : 0;
    out.runs += static_cast<double>(trial.runs);
    out.builds += static_cast<double>(trial.builds);
    out.reproduction += static_cast<double>(trial.reproduction_runs);
  }
  out.runs /= trials;
  out.builds /= trials;
  out.reproduction /= trials;
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

CommitGraph graph_of(const HistoryShape& shape) {
  return CommitGraph::from_rev_list(to_rev_list(make_history(shape))).value();
}

}  // namespace

int main(int argc, char** argv) {
  const int trials = argc > 1 ? std::atoi(argv[1]) : 2000;
  const double build_cost = argc > 2 ? std::atof(argv[2]) : 0;
  HistoryShape linear;
  linear.commits = 1025;
  const struct {
    const char* name;
    CommitGraph graph;
  } histories[] = {{"linear", graph_of(linear)}, {"merges", graph_of(kernel_like(2000, 1))}};
  const Cell cells[] = {{1, 0}, {0.9, 0}, {0.5, 0}, {0.3, 0}, {0.1, 0}, {0.5, 0.02}};
  for (const auto& [name, graph] : histories) {
    std::printf("%s: %zu candidates, %d trials, build cost %g\n", name, graph.candidates(), trials, build_cost);
    for (const Cell& cell : cells) {
      BayesOptions options;
      options.cost.build = build_cost;
      BayesOptions known = options;
      known.crash_rate = CrashRate::known(cell.rate);
      known.reproduction_crashes = 1;
      const Policy policies[] = {repeated_git_policy("git, 1 run", 1), repeated_git_policy("git, 10 runs", 10),
                                 peer_policy(), bayes_policy("bayes, known rate", known),
                                 bayes_policy("bayes", options)};
      for (const Policy& policy : policies) {
        const Figures f = measure(graph, cell, policy, trials);
        std::printf("  %4.2g %4.2g  %-18s %6.2f%% right %7.1f runs %6.1f builds %6.1f reproduction %7.2f ms each\n",
                    cell.rate, cell.other_rate, policy.name.c_str(), 100.0 * f.right / f.trials, f.runs, f.builds,
                    f.reproduction, 1000 * f.seconds / trials);
        std::fflush(stdout);
      }
    }
  }
}

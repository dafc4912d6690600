// The figures of docs/bisect-search.md: how often several ways to bisect are right, and what they cost.
//   bisect_table table|none|priors linear|merges [TRIALS [BUILD-COST]]

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "bisect/made_history.h"
#include "bisect/prior.h"
#include "bisect/simulator.h"

namespace {

using namespace ktriage;  // NOLINT(google-build-using-namespace): one short file

struct Setup {
  CommitGraph graph;
  int trials;
  double build_cost;
};

/// The world of a trial and the right answer to it.
using MakeWorld = std::function<World(Random&)>;

/// The trial's number is all the randomness there is: each policy meets the same worlds.
void measure(const Setup& setup, const char* cell, const Policy& policy, const MakeWorld& make_world) {
  const auto start = std::chrono::steady_clock::now();
  std::map<SearchState, int> states;
  int right = 0;
  double runs = 0;
  double builds = 0;
  double reproduction = 0;
  for (int i = 0; i < setup.trials; ++i) {
    Random random(static_cast<uint64_t>(i) * 7919 + 1);
    const World world = make_world(random);
    SimulatedTester tester(setup.graph, world, random.next());
    const Trial trial = policy.bisect(setup.graph, tester);
    right += trial.found == world.culprit ? 1 : 0;
    ++states[trial.state];
    runs += static_cast<double>(trial.runs) / setup.trials;
    builds += static_cast<double>(trial.builds) / setup.trials;
    reproduction += static_cast<double>(trial.reproduction_runs) / setup.trials;
  }
  const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  std::printf(
      "  %-22s %-18s %7.2f%% right %7.1f runs %6.1f builds %5.1f reproducing %7.2f ms   found %d, not reproduced %d, "
      "everywhere %d, inconclusive %d\n",
      cell, policy.name.c_str(), 100.0 * right / setup.trials, runs, builds, reproduction, ms / setup.trials,
      states[SearchState::Found], states[SearchState::NotReproduced], states[SearchState::CrashesEverywhere],
      states[SearchState::Inconclusive]);
  std::fflush(stdout);
}

BayesOptions options_of(const Setup& setup) {
  BayesOptions options;
  options.cost.build = setup.build_cost;
  return options;
}

World any_culprit(const Setup& setup, Random& random, double rate, double other_rate) {
  World world;
  world.culprit = static_cast<CommitId>(random.below(setup.graph.candidates()));
  world.rate = rate;
  world.other_rate = other_rate;
  return world;
}

/// Accuracy and cost over crash rates.
void print_table(const Setup& setup) {
  constexpr std::array<std::array<double, 2>, 6> kCells = {
      {{1, 0}, {0.9, 0}, {0.5, 0}, {0.3, 0}, {0.1, 0}, {0.5, 0.02}}};
  for (const auto& [rate, other_rate] : kCells) {
    BayesOptions known = options_of(setup);
    known.crash_rate = CrashRate::known(rate);
    known.reproduction_crashes = 1;
    const Policy policies[] = {repeated_git_policy("git, 1 run", 1), repeated_git_policy("git, 10 runs", 10),
                               peer_policy(), bayes_policy("bayes, known rate", known),
                               bayes_policy("bayes", options_of(setup))};
    const std::string cell = "rate " + std::to_string(rate).substr(0, 4) + (other_rate > 0 ? ", other 0.02" : "");
    for (const Policy& policy : policies) {
      measure(setup, cell.c_str(), policy,
              [&, r = rate, o = other_rate](Random& random) { return any_culprit(setup, random, r, o); });
    }
  }
}

/// No commit of the range is to blame: any culprit announced is wrong.
void print_none(const Setup& setup) {
  for (const double rate : {0.0, 1.0, 0.9, 0.5, 0.3, 0.1}) {
    World world;
    world.rate = rate;
    const std::string cell = rate > 0 ? "everywhere, rate " + std::to_string(rate).substr(0, 4) : "never crashes";
    for (const Policy& policy : {peer_policy(), bayes_policy("bayes", options_of(setup))}) {
      measure(setup, cell.c_str(), policy, [&](Random&) { return world; });
    }
  }
}

/// Half a percent of the commits change a file of the stack, five percent a directory of one, eight percent nothing of
/// interest. The culprit is one of them in so many of a hundred cases; the weights do not know how many.
void print_priors(const Setup& setup) {
  const size_t n = setup.graph.candidates();
  std::vector<Relevance> relevance(n, Relevance::Ordinary);
  std::map<Relevance, std::vector<CommitId>> of_kind;
  Random random(1);
  for (CommitId c = 0; c < n; ++c) {
    const double u = random.unit();
    if (u < 0.005)
      relevance[c] = Relevance::InStack;
    else if (u < 0.055)
      relevance[c] = Relevance::Near;
    else if (u < 0.135)
      relevance[c] = Relevance::Unlikely;
    of_kind[relevance[c]].push_back(c);
  }
  BayesOptions weighted = options_of(setup);
  weighted.weights = weigh_by_relevance(relevance);
  struct Truth {
    const char* name;
    double in_stack, near;  // the rest is ordinary
  };
  const Truth truths[] = {
      {"always in the stack", 1, 0}, {"mostly (60%, 20%)", 0.6, 0.2}, {"never near the stack", 0, 0}};
  for (const double rate : {1.0, 0.5}) {
    for (const Truth& truth : truths) {
      const auto make_world = [&](Random& trial) {
        const double u = trial.unit();
        const auto kind = u < truth.in_stack                ? Relevance::InStack
                          : u < truth.in_stack + truth.near ? Relevance::Near
                                                            : Relevance::Ordinary;
        World world;
        world.culprit = of_kind[kind].at(trial.below(of_kind[kind].size()));
        world.rate = rate;
        return world;
      };
      const std::string cell = std::string(truth.name) + ", " + std::to_string(rate).substr(0, 3);
      measure(setup, cell.c_str(), bayes_policy("bayes", options_of(setup)), make_world);
      measure(setup, cell.c_str(), bayes_policy("bayes, weights", weighted), make_world);
    }
  }
}

CommitGraph graph_of(const HistoryShape& shape) {
  return CommitGraph::from_rev_list(to_rev_list(make_history(shape))).value();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "table";
  const std::string history = argc > 2 ? argv[2] : "linear";
  HistoryShape linear;
  linear.commits = 1025;
  const Setup setup = {graph_of(history == "linear" ? linear : kernel_like(2000, 1)),
                       argc > 3 ? std::atoi(argv[3]) : 2000, argc > 4 ? std::atof(argv[4]) : TestCost().build};
  std::printf("%s, %s history of %zu candidates, %d trials a cell, a build costs as much as %g runs\n", what.c_str(),
              history.c_str(), setup.graph.candidates(), setup.trials, setup.build_cost);
  if (what == "table") print_table(setup);
  if (what == "none") print_none(setup);
  if (what == "priors") print_priors(setup);
}

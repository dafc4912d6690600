#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bisect/config_loader.h"
#include "bisect/made_history.h"
#include "bisect/search_model.h"
#include "bisect/simulator.h"
#include "bisect/sufficiency.h"
#include "cli/bisect_check.h"
#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/messages.h"
#include "cli/output.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kHelp = R"(
Bisects made-up bugs with a tester made of random numbers, and prints how often each strategy finds the right commit
and what that costs. Nothing is built or run. With CONFIG it is that bisection that is tried: its range (good: auto counts
as the first release), its strategy, error probability and most runs on a commit. Else the history is made up too, unless
--rev-list gives a real range, as
  git rev-list --parents --timestamp BAD --not GOOD
prints it. Runs on the commit that is known to crash, before the search proper, are counted apart.

Strategies: config (what CONFIG says; the default with one), bayes (the default without), known (bayes, told the crash rate: what learning it costs), git (one run a
commit), git-N (up to N runs, bad at the first crash), peer (syzkaller's policy).

Exit status: 0, 2 bad usage, 3 the range could not be read.

Examples:
  ktriage bisect --simulate crash.yaml --rate 0.3 --rate 1
  ktriage bisect --simulate crash.yaml --culprit 6c9bef32c6e7 --untestable 0.1
  ktriage bisect --simulate --rate 0.3 --strategy bayes --strategy git-10
  ktriage bisect --simulate --culprit none --rate 0.5
  git rev-list --parents --timestamp HEAD --not v6.1 | ktriage bisect --simulate --rev-list - --rate 0.5
)";

OptionsDescription options() {
  OptionsDescription out("Options");
  out.add_options()                                                                                          //
      ("commits", po::value<int>()->default_value(1024)->value_name("N"), "commits of the made-up history")  //
      ("history", po::value<std::string>()->default_value("linear")->value_name("KIND"),
       "linear, or merges: much as the kernel's")  //
      ("rev-list", po::value<std::string>()->value_name("FILE"),
       "take the range from git rev-list's output; - is the standard input")  //
      ("culprit", po::value<std::string>()->default_value("random")->value_name("COMMIT"),
       "the commit to find: a name of the range (with CONFIG, any that git knows it by), random, or none: then the "
       "crash "
       "is everywhere")  //
      ("rate", po::value<std::vector<double>>()->value_name("R"),
       "how often a bad commit crashes, 0 to 1 (default 1; repeatable)")  //
      ("other-rate", po::value<double>()->default_value(0)->value_name("R"),
       "how often any run crashes in another way")  //
      ("untestable", po::value<double>()->default_value(0)->value_name("R"),
       "share of commits that cannot be tested, in one stretch")  //
      ("error", po::value<double>()->default_value(0.01)->value_name("P"),
       "error probability to ask for (with CONFIG, what that says)")  //
      ("build-cost", po::value<double>()->default_value(TestCost().build)->value_name("N"),
       "what a build costs, in runs")  //
      ("strategy", po::value<std::vector<std::string>>()->value_name("NAME"),
       "strategy to try (repeatable)")                                                                            //
      ("trials", po::value<int>()->default_value(100)->value_name("N"), "bisections for each rate and strategy")  //
      ("seed", po::value<uint64_t>()->default_value(1)->value_name("N"), "where the random numbers start")        //
      ("json", po::bool_switch(), "print one JSON object per rate and strategy");
  return out;
}

Diagnostic problem(std::string message) { return {{}, 0, 0, std::move(message)}; }

Result<CommitGraph> read_range(const std::string& file) {
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream in(file, std::ios::binary);
    if (!in) return problem("--rev-list " + file + ": cannot be read");
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  return CommitGraph::from_rev_list(text);
}

Result<CommitGraph> make_range(const OptionValues& values) {
  const int commits = values["commits"].as<int>();
  const std::string kind = values["history"].as<std::string>();
  const auto seed = values["seed"].as<uint64_t>();
  if (commits < 1 || commits > 1000000) return problem("--commits takes 1 to 1000000");
  const auto count = static_cast<size_t>(commits) + 1;  // the first one is good
  HistoryShape shape;
  shape.commits = count;
  if (kind == "merges")
    shape = kernel_like(count, seed);
  else if (kind != "linear")
    return problem("--history takes linear or merges, not '" + kind + "'");
  return CommitGraph::from_rev_list(to_rev_list(make_history(shape)));
}

/// A configuration, with all that its simulation takes from it.
struct Rehearsal {
  BisectConfig config;
  CommitGraph graph;
  std::string culprit;  ///< as the graph has it
};

/// The configuration under the operand; nothing without one.
Result<std::optional<Rehearsal>> read_config(const OptionValues& values) {
  const auto operands = texts_of(values, kOperands);
  if (operands.empty()) return std::optional<Rehearsal>();
  if (operands.size() > 1) return problem("one configuration file, please");
  for (const char* name : {"commits", "history", "rev-list"}) {
    if (values.count(name) > 0 && !values[name].defaulted()) {
      return problem(fmt::format("--{} goes without a configuration, which has a range of its own", name));
    }
  }
  auto config = load_bisect_config(operands.front());
  if (!config) return config.errors();
  if (!values["error"].defaulted()) config->runs.error_probability = values["error"].as<double>();
  GitRepository repository(config->repository);
  if (const auto checked = repository.check(); !checked) return checked.errors();
  const auto commits = resolve_commits(config.value(), repository);
  if (!commits) return commits.errors();
  auto graph = range_of(config.value(), repository, commits.value());
  if (!graph) return graph.errors();
  std::string culprit = values["culprit"].as<std::string>();
  if (culprit != "random" && culprit != "none") {
    const auto known = repository.resolve(culprit);
    if (!known) return problem("--culprit: " + known.errors().front().to_string());
    culprit = known.value();
  }
  return std::optional(Rehearsal{std::move(config.value()), std::move(graph.value()), std::move(culprit)});
}

/// What does not change from one rate and strategy to the next.
struct Experiment {
  CommitGraph graph;
  std::string culprit;
  std::optional<CommitId> named_culprit;
  double other_rate = 0;
  double untestable = 0;
  int trials = 0;
  uint64_t seed = 0;
  BayesOptions bayes;
  std::optional<BisectConfig> config;
};

struct Outcome {
  std::string strategy;
  double rate = 1;
  int right = 0;
  int wrong = 0;      ///< a commit was announced, and not the right one
  int undecided = 0;  ///< none was announced though there is one
  double runs = 0;
  double builds = 0;
  double reproduction_runs = 0;
};

Policy policy_of(const BisectConfig& config, const Experiment& experiment) {
  if (config.strategy == StrategyKind::Bayes) return bayes_policy("config", experiment.bayes);
  ReproducedGitOptions options;
  options.direction = experiment.bayes.direction;
  options.crashes = std::min(options.crashes, config.runs.max);
  options.runs = 3 * config.runs.max;
  options.clean_runs_needed = [runs = config.runs](int crashes, int clean) {
    return clean_runs_needed({crashes, clean}, runs);
  };
  return reproduced_git_policy("config", options);
}

Result<Policy> policy_of(const std::string& name, const Experiment& experiment, double rate) {
  if (name == "config" && experiment.config) return policy_of(*experiment.config, experiment);
  if (name == "bayes") return bayes_policy(name, experiment.bayes);
  if (name == "known") {
    BayesOptions known = experiment.bayes;
    known.crash_rate = CrashRate::known(rate);
    known.reproduction_crashes = 1;
    return bayes_policy(name, known);
  }
  if (name == "peer") return peer_policy();
  if (name == "git") return repeated_git_policy(name, 1);
  if (name.starts_with("git-") && name.size() <= 7 && name.find_first_not_of("0123456789", 4) == std::string::npos &&
      name.size() > 4) {
    const int runs = std::stoi(name.substr(4));
    if (runs > 0) return repeated_git_policy(name, runs);
  }
  return problem("there is no strategy '" + name + "'; bayes, known, git, git-N, peer, or with CONFIG config");
}

World make_world(const Experiment& experiment, double rate, Random& random) {
  World world;
  world.direction = experiment.bayes.direction;
  const size_t n = experiment.graph.candidates();
  if (experiment.culprit != "none") {
    world.culprit = experiment.named_culprit.value_or(static_cast<CommitId>(random.below(n)));
  }
  world.rate = rate;
  world.other_rate = experiment.other_rate;
  const auto broken = static_cast<size_t>(std::lround(experiment.untestable * static_cast<double>(n)));
  if (broken > 0 && n > 1) {
    world.untestable.resize(n);
    const size_t from = 1 + random.below(n - 1);  // the bad commit was tested by whoever found the crash
    for (size_t i = from; i < std::min(n, from + broken); ++i) world.untestable[i] = 1;
  }
  return world;
}

Outcome try_policy(const Experiment& experiment, const Policy& policy, double rate) {
  Outcome out;
  out.strategy = policy.name;
  out.rate = rate;
  Random seeds(experiment.seed);
  for (int i = 0; i < experiment.trials; ++i) {
    Random random(seeds.next());  // so that every strategy meets the same bugs
    const World world = make_world(experiment, rate, random);
    SimulatedTester tester(experiment.graph, world, random.next());
    const Trial trial = policy.bisect(experiment.graph, tester);
    ++(trial.found == world.culprit ? out.right : trial.found ? out.wrong : out.undecided);
    out.runs += static_cast<double>(trial.runs) / experiment.trials;
    out.builds += static_cast<double>(trial.builds) / experiment.trials;
    out.reproduction_runs += static_cast<double>(trial.reproduction_runs) / experiment.trials;
  }
  return out;
}

std::string text_of(const Outcome& outcome) {
  const double all = outcome.right + outcome.wrong + outcome.undecided;
  return fmt::format("{:<9} {:>5} {:>8.2f}% {:>6.2f}% {:>9.2f}% {:>8.1f} {:>8.1f} {:>12.1f}\n", outcome.strategy,
                     outcome.rate, 100 * outcome.right / all, 100 * outcome.wrong / all, 100 * outcome.undecided / all,
                     outcome.runs, outcome.builds, outcome.reproduction_runs);
}

std::string json_of(const Outcome& outcome, const Experiment& experiment) {
  const nlohmann::ordered_json line = {{"strategy", outcome.strategy},
                                       {"rate", outcome.rate},
                                       {"other_rate", experiment.other_rate},
                                       {"candidates", experiment.graph.candidates()},
                                       {"trials", experiment.trials},
                                       {"seed", experiment.seed},
                                       {"right", outcome.right},
                                       {"wrong", outcome.wrong},
                                       {"undecided", outcome.undecided},
                                       {"mean_runs", outcome.runs},
                                       {"mean_builds", outcome.builds},
                                       {"mean_reproduction_runs", outcome.reproduction_runs}};
  return line.dump() + "\n";
}

bool is_share(double value) { return value >= 0 && value <= 1; }

/// The options that only need looking at.
std::string find_mistake(const OptionValues& values, const std::vector<double>& rates) {
  if (!std::all_of(rates.begin(), rates.end(), is_share)) return "--rate takes 0 to 1";
  for (const char* name : {"other-rate", "untestable"}) {
    if (!is_share(values[name].as<double>())) return "--" + std::string(name) + " takes 0 to 1";
  }
  const double error = values["error"].as<double>();
  if (!(error > 0 && error < 0.5)) return "--error takes more than 0 and less than 0.5";
  const double build_cost = values["build-cost"].as<double>();
  if (!(build_cost >= 0 && build_cost <= 1e6)) return "--build-cost takes 0 to 1000000";
  if (values["trials"].as<int>() < 1) return "--trials takes at least 1";
  return {};
}

ExitCode run(const OptionValues& values) {
  const auto rates = values.count("rate") > 0 ? values["rate"].as<std::vector<double>>() : std::vector<double>{1};
  const std::string mistake = find_mistake(values, rates);
  if (!mistake.empty()) return say(mistake), ExitCode::Usage;
  auto rehearsal = read_config(values);
  if (!rehearsal) return say(rehearsal.errors()), ExitCode::Usage;
  auto& real = rehearsal.value();
  const bool is_read = values.count("rev-list") > 0;
  auto graph = real      ? Result<CommitGraph>(std::move(real->graph))
               : is_read ? read_range(values["rev-list"].as<std::string>())
                         : make_range(values);
  if (!graph) return say(graph.errors()), is_read ? ExitCode::Input : ExitCode::Usage;

  Experiment experiment{std::move(graph.value()),
                        real ? real->culprit : values["culprit"].as<std::string>(),
                        {},
                        values["other-rate"].as<double>(),
                        values["untestable"].as<double>(),
                        values["trials"].as<int>(),
                        values["seed"].as<uint64_t>(),
                        {},
                        {}};
  experiment.bayes.error_probability = values["error"].as<double>();
  if (real) {
    experiment.bayes = bayes_options(real->config, {});
    experiment.config = std::move(real->config);
  }
  experiment.bayes.cost.build = values["build-cost"].as<double>();
  if (experiment.culprit != "random" && experiment.culprit != "none") {
    experiment.named_culprit = experiment.graph.find(experiment.culprit);
    if (!experiment.named_culprit || !experiment.graph.is_candidate(*experiment.named_culprit)) {
      return say("--culprit " + experiment.culprit + " is not in the range"), ExitCode::Usage;
    }
  }
  auto strategies = texts_of(values, "strategy");
  if (strategies.empty()) strategies = {experiment.config ? "config" : "bayes"};

  Output output;
  const bool json = has_flag(values, "json");
  if (!json) {
    output.write(fmt::format("{} candidates, {} trials, seed {}\n", experiment.graph.candidates(), experiment.trials,
                             experiment.seed));
    output.write("strategy   rate     right  wrong  undecided     runs   builds reproduction\n");
  }
  for (const double rate : rates) {
    for (const auto& name : strategies) {
      const auto policy = policy_of(name, experiment, rate);
      if (!policy) return say(policy.errors()), ExitCode::Usage;
      const Outcome outcome = try_policy(experiment, policy.value(), rate);
      output.write(json ? json_of(outcome, experiment) : text_of(outcome));
      if (!output.flush()) return ExitCode::Input;
    }
  }
  return ExitCode::Ok;
}

}  // namespace

Command bisect_simulate_command() {
  return {"bisect --simulate", "[CONFIG]", "try bisection strategies on made-up bugs", kHelp, options, run};
}

}  // namespace ktriage

#include "bisect/next_test.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "bisect/testability.h"

namespace ktriage {
namespace {

/// Numbers of runs that are compared; what lies between makes little difference.
constexpr std::array kRuns = {1, 2, 3, 5, 8, 13, 20, 32, 50};

/// Several runs on a commit tell hardly more than so many times one run; a little more, as they teach the rate
/// together.
constexpr double kMostPerRun = 1.5;

/// Outcomes of what is under way multiply; the likeliest tell enough to choose by.
constexpr size_t kMaxScenarios = 16;

/// The entropy of a yes that has this probability, in bits.
double entropy(double probability) {
  if (probability <= 0 || probability >= 1) return 0;
  return -probability * std::log2(probability) - (1 - probability) * std::log2(1 - probability);
}

}  // namespace

TestChooser::TestChooser(const CommitGraph& graph, const AncestorSums& sums, const Belief& belief, TestCost cost,
                         int max_runs)
    : graph_(graph),
      sums_(sums),
      belief_(belief),
      cost_(cost),
      max_runs_(std::max(max_runs, 1)),
      testability_(estimate_testability(graph, belief.tests())),
      assumed_(graph.size()) {
  const auto probabilities = belief.probabilities();
  scenarios_.push_back({1, {probabilities.begin(), probabilities.end()}, belief.everywhere()});
  const CrashChance once = chance_in(1);
  crash_rate_ = belief.everywhere() * once.everywhere;
  for (CommitId c = 0; c < graph.candidates(); ++c) crash_rate_ += probabilities[c] * once.in_class[belief.class_of(c)];
  boundary_ = choose_boundary();
}

/// All of the boundary crashes together or not at all, so one commit of it is as good as another: best one that has
/// been built, or else the one next to the likeliest candidate.
CommitId TestChooser::choose_boundary() const {
  auto best = static_cast<CommitId>(graph_.size());
  double best_rank = 0;
  const auto offer = [&](CommitId commit, double likely) {
    if (graph_.is_candidate(commit)) return;
    const double rank = (belief_.test_of(commit) != nullptr ? 2 + likely : likely) * testability_[commit] + 1e-300;
    if (testability_[commit] > 0 && assumed_[commit] == 0 && rank > best_rank) {
      best = commit;
      best_rank = rank;
    }
  };
  for (CommitId c = 0; c < graph_.candidates(); ++c) {
    for (const CommitId parent : graph_.parents(c)) offer(parent, belief_.probabilities()[c]);
  }
  for (auto c = static_cast<CommitId>(graph_.candidates()); c < graph_.size(); ++c) offer(c, 0);
  return best;
}

TestChooser::CrashChance TestChooser::chance_in(int runs) const {
  const CrashRate& rate = belief_.options().rate;
  const auto chance = [&](const Belief::Class& counts) { return 1 - rate.miss(counts.crashes, counts.clean, runs); };
  CrashChance out;
  for (const auto& counts : belief_.classes()) out.in_class.push_back(chance(counts));
  out.everywhere = chance(belief_.everywhere_class());
  out.elsewhere = 1 - std::pow(1 - belief_.options().false_crash_rate, runs);
  return out;
}

// The outcome of a test is "a crash within so many runs" or "none". What it tells about the sought commit is the
// entropy of the outcome, less what remains of it for whoever knows the commit. Both are sums over the candidates that
// the tested one reaches, of terms that depend on the candidate alone.
void TestChooser::rate(int runs, const std::vector<uint8_t>& wanted, std::vector<double>& crash,
                       std::vector<double>& information) const {
  const size_t n = graph_.candidates();
  const CrashChance chance = chance_in(runs);
  const double base = chance.elsewhere;
  const double base_entropy = entropy(base);
  std::vector<double> entropy_in_class;
  for (const double c : chance.in_class) entropy_in_class.push_back(entropy(c) - base_entropy);
  const double everywhere_entropy = entropy(chance.everywhere) - base_entropy;
  const bool is_fix = belief_.options().direction == Direction::Fix;

  crash.assign(n + 1, 0);
  information.assign(n + 1, 0);
  std::vector<double> chances(n + 1);
  std::vector<double> entropies(n + 1);
  for (const Scenario& scenario : scenarios_) {
    double all_chances = 0;
    double all_entropies = 0;
    for (CommitId c = 0; c < n; ++c) {
      const uint32_t in = belief_.class_of(c);
      chances[c] = scenario.candidates[c] * (chance.in_class[in] - base);
      entropies[c] = scenario.candidates[c] * entropy_in_class[in];
      all_chances += chances[c];
      all_entropies += entropies[c];
    }
    sums_.sum({chances.data(), n}, {chances.data(), n});
    sums_.sum({entropies.data(), n}, {entropies.data(), n});
    chances[n] = entropies[n] = 0;  // the boundary reaches no candidate
    const double fixed_chance = base + scenario.everywhere * (chance.everywhere - base) + (is_fix ? all_chances : 0);
    const double fixed_entropy = base_entropy + scenario.everywhere * everywhere_entropy + (is_fix ? all_entropies : 0);
    const double sign = is_fix ? -1 : 1;
    for (size_t x = 0; x <= n; ++x) {
      if (wanted[x] == 0) continue;
      const double sees_crash = fixed_chance + sign * chances[x];
      crash[x] += scenario.probability * sees_crash;
      information[x] += scenario.probability * std::max(0.0, entropy(sees_crash) - fixed_entropy - sign * entropies[x]);
    }
  }
}

TestChooser::Cost TestChooser::cost_of(CommitId commit) const {
  const Belief::Test* test = belief_.test_of(commit);
  // A run that another crash spoils must be run again: as often as was seen here, and everywhere as if it were one run.
  const auto& total = belief_.total();
  const double spoilt_in_all = total.all() == 0 ? 0 : static_cast<double>(total.other) / total.all();
  const double spoilt = test == nullptr ? spoilt_in_all : (test->runs.other + spoilt_in_all) / (test->runs.all() + 1);
  const double build = test != nullptr && test->runs.is_testable() ? 0 : cost_.build;
  return {build, cost_.run * testability_[commit] / std::max(0.02, 1 - spoilt)};
}

void TestChooser::compare(int runs, const std::vector<double>& crash, const std::vector<double>& information,
                          RatedTest& best) const {
  // A crash ends the test early: after so many runs, given that there is one.
  const double none = std::pow(1 - crash_rate_, runs);
  const double until_crash = crash_rate_ <= 0 || none >= 1 ? runs : 1 / crash_rate_ - runs * none / (1 - none);
  const auto offer = [&](CommitId commit, size_t at) {
    if (assumed_[commit] != 0 || testability_[commit] <= 0) return;
    const Cost cost = cost_of(commit);
    const double expected_runs = runs - crash[at] * (runs - until_crash);
    const double value = testability_[commit] * information[at] / (cost.build + cost.run * expected_runs);
    if (value > best.value) best = {{commit, runs}, information[at], value};
  };
  for (CommitId c = 0; c < graph_.candidates(); ++c) offer(c, c);
  if (boundary_ < graph_.size()) offer(boundary_, graph_.candidates());
}

RatedTest TestChooser::best() const {
  const size_t n = graph_.candidates();
  RatedTest best;
  std::vector<double> crash;
  std::vector<double> once;
  rate(1, std::vector<uint8_t>(n + 1, 1), crash, once);
  compare(1, crash, once, best);
  std::vector<double> information;
  std::vector<uint8_t> wanted(n + 1);
  for (const int runs : kRuns) {
    if (runs == 1) continue;
    if (runs > max_runs_ || cost_.build <= 0) break;  // without builds nothing is gained by committing to more than one
    // Most commits need no look: not even the most that they could tell would make them the best.
    bool any = false;
    for (size_t x = 0; x <= n; ++x) {
      const bool is_boundary = x == n;
      wanted[x] = 0;
      if (is_boundary && boundary_ >= graph_.size()) continue;
      const CommitId commit = is_boundary ? boundary_ : static_cast<CommitId>(x);
      const Cost cost = cost_of(commit);
      const double most = testability_[commit] * std::min(1.0, kMostPerRun * runs * once[x]) / (cost.build + cost.run);
      wanted[x] = most > best.value ? 1 : 0;
      any = any || wanted[x] != 0;
    }
    if (!any) continue;
    rate(runs, wanted, crash, information);
    compare(runs, crash, information, best);
  }
  return best;
}

void TestChooser::assume(const Proposal& test) {
  assumed_[test.commit] = 1;
  if (test.commit == boundary_) boundary_ = choose_boundary();
  const CrashChance chance = chance_in(test.runs);
  std::vector<uint8_t> reached(graph_.candidates());
  if (graph_.is_candidate(test.commit)) sums_.mark_ancestors(test.commit, reached);
  const bool is_fix = belief_.options().direction == Direction::Fix;
  std::vector<Scenario> next;
  for (const Scenario& scenario : scenarios_) {
    Scenario crashed = scenario;
    Scenario clean = scenario;
    double sum = 0;
    for (CommitId c = 0; c < graph_.candidates(); ++c) {
      const double p = (reached[c] != 0) != is_fix ? chance.in_class[belief_.class_of(c)] : chance.elsewhere;
      crashed.candidates[c] *= p;
      clean.candidates[c] *= 1 - p;
      sum += crashed.candidates[c];
    }
    crashed.everywhere *= chance.everywhere;
    clean.everywhere *= 1 - chance.everywhere;
    sum += crashed.everywhere;
    const auto add = [&](Scenario& outcome, double probability) {
      if (probability < 1e-9) return;
      for (double& p : outcome.candidates) p /= probability;
      outcome.everywhere /= probability;
      outcome.probability *= probability;
      next.push_back(std::move(outcome));
    };
    add(crashed, sum);
    add(clean, 1 - sum);
  }
  std::stable_sort(next.begin(), next.end(),
                   [](const auto& a, const auto& b) { return a.probability > b.probability; });
  if (next.size() > kMaxScenarios) next.resize(kMaxScenarios);
  scenarios_ = std::move(next);
}

}  // namespace ktriage

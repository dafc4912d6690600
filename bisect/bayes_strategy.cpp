// Noisy bisection by Bayes' rule. Why the verdict can be trusted:
//
// Let c be the sought commit and q the rate at which a commit with the crash crashes. Given both, runs are independent:
// a run on a commit that reaches c crashes with probability q, one elsewhere (nearly) never. Belief integrates q out
// and keeps P(c | runs) exactly, for the model and for any order or choice of tests: how tests are chosen cannot bias
// it. So stopping at the first moment when some P(c | runs) >= 1 - e makes the mean error at most e, whatever
// TestChooser prefers. Choosing well is a matter of cost alone.
//
// Three things could break this, and each has its guard. Weights that are wrong: a verdict needs the likelihood against
// every neighbour of c, for which weights do not count (missing_check). A range that does not hold the commit:
// "everywhere" is a hypothesis among the others, and a reproducer that is dead shows no crash at all
// (plan_reproduction). A rate other than expected: the error is a mean over rates, so a share of it is aimed at
// (kMargin).
//
// The search ends: each test that is proposed tells something, or else the verdict is Inconclusive.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "bisect/ancestor_sums.h"
#include "bisect/belief.h"
#include "bisect/next_test.h"
#include "bisect/strategy.h"

namespace ktriage {
namespace {

/// Bits below which a test tells nothing: what rounding may leave.
constexpr double kNothing = 1e-7;
/// So sure that no test will work out, one stops trying.
constexpr double kHopeless = 0.02;
constexpr size_t kShownSuspects = 5;
/// The asked error is kept on average over the rates that CrashRate expects. This share of it is aimed at, so that it
/// is kept at each single rate as well (measured by tests/bench/bisect_table).
constexpr double kMargin = 0.5;

class BayesStrategy final : public Strategy {
 public:
  BayesStrategy(const CommitGraph& graph, BayesOptions options)
      : graph_(graph), options_(std::move(options)), sums_(graph), belief_(graph, sums_, belief_options(options_)) {
    if (!options_.crash_rate.is_known()) options_.error_probability *= kMargin;
    children_.resize(graph.size());
    for (CommitId commit = 0; commit < graph.candidates(); ++commit) {
      for (const CommitId parent : graph.parents(commit)) children_[parent].push_back(commit);
    }
  }

  void record(CommitId commit, RunOutcome outcome) override {
    belief_.record(commit, outcome);
    plan_.reset();
  }

  void set_cost(TestCost cost) override {
    options_.cost = cost;
    plan_.reset();
  }

  std::vector<Proposal> propose(size_t workers, std::span<const Proposal> in_flight) const override {
    const Plan& now = plan();
    std::vector<Proposal> out;
    if (now.state != SearchState::Searching) return out;
    const auto is_free = [&](CommitId commit) {
      return std::none_of(in_flight.begin(), in_flight.end(), [&](const Proposal& p) { return p.commit == commit; });
    };
    if (workers > 0 && is_free(now.next.proposal.commit)) out.push_back(now.next.proposal);
    if (out.size() >= workers) return out;
    TestChooser chooser(graph_, sums_, belief_, options_.cost, options_.max_runs_per_proposal);
    for (const Proposal& test : in_flight) chooser.assume(test);
    for (const Proposal& test : out) chooser.assume(test);
    while (out.size() < workers) {
      const RatedTest next = chooser.best();
      if (next.information < kNothing || chooser.testability(next.proposal.commit) < kHopeless) break;
      out.push_back(next.proposal);
      chooser.assume(next.proposal);
    }
    return out;
  }

  SearchStatus status() const override {
    const Plan& now = plan();
    SearchStatus out;
    out.state = now.state;
    out.crash_rate = crash_rate();
    const auto probabilities = belief_.probabilities();
    const std::vector<CommitId> ranked = credible_set();
    switch (now.state) {
      case SearchState::NotReproduced:
        // How surely so many runs would have shown it.
        out.confidence = 1 - belief_.options().rate.miss(0, 0, belief_.total().all());
        break;
      case SearchState::CrashesEverywhere:
        out.confidence = belief_.everywhere();
        break;
      case SearchState::Found:
        out.suspects = {{ranked.front(), probabilities[ranked.front()]}};
        out.confidence = probabilities[ranked.front()];
        break;
      case SearchState::Searching:
      case SearchState::Inconclusive: {
        const bool all = now.state == SearchState::Inconclusive;
        for (const CommitId commit : ranked) {
          if (all || out.suspects.size() < kShownSuspects) out.suspects.push_back({commit, probabilities[commit]});
        }
        out.confidence = probabilities[ranked.front()];
        if (!all) estimate_rest(ranked, now.next, out);
        break;
      }
    }
    return out;
  }

 private:
  struct Plan {
    SearchState state = SearchState::Searching;
    RatedTest next;
  };

  static BeliefOptions belief_options(const BayesOptions& options) {
    BeliefOptions out;
    out.direction = options.direction;
    out.rate = options.crash_rate;
    out.crashes_everywhere = options.crashes_everywhere;
    out.false_crash_rate = options.false_crash_rate;
    out.weights = options.weights;
    return out;
  }

  const Plan& plan() const {
    if (!plan_) plan_ = make_plan();
    return *plan_;
  }

  /// Where the crash was said to be: the newest commit, or with Direction::Fix an old one.
  CommitId crashing_commit() const {
    return options_.direction == Direction::Cause ? graph_.bad() : static_cast<CommitId>(graph_.candidates());
  }

  Plan make_plan() const {
    if (const auto reproduction = plan_reproduction()) return *reproduction;
    const auto probabilities = belief_.probabilities();
    const auto likeliest =
        static_cast<CommitId>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
    if (belief_.everywhere() >= 1 - options_.error_probability && has_crashed_where_it_should_not()) {
      return {SearchState::CrashesEverywhere, {}};
    }
    if (probabilities[likeliest] >= 1 - options_.error_probability) {
      const auto check = missing_check(likeliest);
      if (!check) return {SearchState::Found, {}};
      if (is_worth_trying(*check)) return {SearchState::Searching, {{*check, options_.max_runs_per_proposal}, 0, 0}};
    }
    const TestChooser chooser(graph_, sums_, belief_, options_.cost, options_.max_runs_per_proposal);
    const RatedTest next = chooser.best();
    if (next.information < kNothing || chooser.testability(next.proposal.commit) < kHopeless) {
      return {belief_.total().target == 0 ? SearchState::NotReproduced : SearchState::Inconclusive, {}};
    }
    return {SearchState::Searching, next};
  }

  /// First of all the crash must be seen where it was said to be. Nothing is evidence as good, and nothing teaches its
  /// rate more cheaply: what follows needs fewer runs for it, and fewer builds.
  std::optional<Plan> plan_reproduction() const {
    const CommitId commit = crashing_commit();
    if (commit >= graph_.size() || belief_.total().target >= options_.reproduction_crashes) return std::nullopt;
    const Belief::Test* test = belief_.test_of(commit);
    if (test != nullptr && !test->runs.is_testable()) return std::nullopt;
    const int left = options_.reproduction_runs - (test == nullptr ? 0 : test->runs.all());
    if (left > 0) return Plan{SearchState::Searching, {{commit, std::min(left, options_.max_runs_per_proposal)}, 0, 0}};
    if (belief_.total().target > 0) return std::nullopt;
    return Plan{SearchState::NotReproduced, {}};
  }

  bool has_crashed_where_it_should_not() const {
    return std::any_of(belief_.tests().begin(), belief_.tests().end(), [&](const Belief::Test& test) {
      const bool should_not =
          options_.direction == Direction::Cause ? !graph_.is_candidate(test.commit) : test.commit == graph_.bad();
      return should_not && test.runs.target > 0;
    });
  }

  /// A verdict must stand without the weights: the runs alone must speak against each neighbour of the commit, on
  /// either side. What to test if they do not: the commit itself against its children, the parent against a parent.
  std::optional<CommitId> missing_check(CommitId commit) const {
    const auto is_refuted = [&](CommitId other) {
      if (graph_.is_candidate(other) && belief_.options().weights[other] <= 0) return true;
      return belief_.likelihood_ratio(other, commit) <= options_.error_probability;
    };
    for (const CommitId child : children_[commit]) {
      if (!is_refuted(child)) return commit;
    }
    for (const CommitId parent : graph_.parents(commit)) {
      if (!is_refuted(parent)) return parent;
    }
    return std::nullopt;
  }

  bool is_worth_trying(CommitId commit) const {
    const Belief::Test* test = belief_.test_of(commit);
    return test == nullptr || test->runs.is_testable();
  }

  /// The fewest candidates that hold the asked confidence together, likeliest first; at least one.
  std::vector<CommitId> credible_set() const {
    const auto probabilities = belief_.probabilities();
    std::vector<CommitId> heap(probabilities.size());
    std::iota(heap.begin(), heap.end(), 0);
    const auto less_likely = [&](CommitId x, CommitId y) {
      return probabilities[x] != probabilities[y] ? probabilities[x] < probabilities[y] : x > y;
    };
    std::make_heap(heap.begin(), heap.end(), less_likely);
    const double wanted = (1 - belief_.everywhere()) * (1 - options_.error_probability);
    std::vector<CommitId> out;
    for (double sum = 0; !heap.empty() && (out.empty() || sum < wanted); heap.pop_back()) {
      std::pop_heap(heap.begin(), heap.end(), less_likely);
      out.push_back(heap.back());
      sum += probabilities[heap.back()];
    }
    return out;
  }

  /// In git's terms: what of the credible set the next test does not reach, and as many steps as its information goes
  /// into what is unknown.
  void estimate_rest(const std::vector<CommitId>& credible, const RatedTest& next, SearchStatus& out) const {
    std::vector<uint8_t> reached(graph_.candidates());
    sums_.mark_ancestors(next.proposal.commit, reached);
    const auto outside = std::count_if(credible.begin(), credible.end(), [&](CommitId c) { return reached[c] == 0; });
    out.revisions_left = static_cast<size_t>(std::max<std::ptrdiff_t>(outside - 1, 0));
    double bits = 0;
    for (const double p : belief_.probabilities()) bits -= p > 0 ? p * std::log2(p) : 0;
    const double per_step = next.information > 0.01 ? next.information : 1;
    out.steps_left = static_cast<int>(std::lround(bits / per_step));
  }

  double crash_rate() const {
    const auto probabilities = belief_.probabilities();
    const CrashRate& rate = belief_.options().rate;
    std::vector<double> in_class(belief_.classes().size());
    for (CommitId c = 0; c < probabilities.size(); ++c) in_class[belief_.class_of(c)] += probabilities[c];
    const auto& all = belief_.everywhere_class();
    double out = belief_.everywhere() * rate.mean(all.crashes, all.clean);
    for (size_t i = 0; i < in_class.size(); ++i) {
      const auto& counts = belief_.classes()[i];
      if (in_class[i] > 0) out += in_class[i] * rate.mean(counts.crashes, counts.clean);
    }
    return out;
  }

  const CommitGraph& graph_;
  BayesOptions options_;
  AncestorSums sums_;
  Belief belief_;
  std::vector<std::vector<CommitId>> children_;
  mutable std::optional<Plan> plan_;  // of the present belief; made when asked for
};

}  // namespace

std::unique_ptr<Strategy> make_bayes_strategy(const CommitGraph& graph, BayesOptions options) {
  return std::make_unique<BayesStrategy>(graph, std::move(options));
}

}  // namespace ktriage

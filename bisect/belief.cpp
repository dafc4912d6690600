#include "bisect/belief.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ktriage {

void RunTally::add(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::TargetCrash:
      ++target;
      break;
    case RunOutcome::OtherCrash:
      ++other;
      break;
    case RunOutcome::NoCrash:
      ++clean;
      break;
    case RunOutcome::NotTestable:
      ++untestable;
      break;
  }
}

Belief::Belief(const CommitGraph& graph, const AncestorSums& sums, BeliefOptions options)
    : graph_(graph),
      sums_(sums),
      options_(std::move(options)),
      class_of_(graph.candidates()),
      test_of_(graph.size()),
      probabilities_(graph.candidates()) {
  auto& weights = options_.weights;
  weights.resize(graph.candidates(), weights.empty() ? 1 : 0);
  // Never certain: then even runs that contradict each other leave somebody likeliest.
  options_.false_crash_rate = std::clamp(options_.false_crash_rate, 1e-12, 0.5);
  options_.crashes_everywhere = std::clamp(options_.crashes_everywhere, 1e-9, 0.5);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) {
    weight = sum > 0 ? weight / sum : 1 / static_cast<double>(weights.size());
  }
  update();
}

const Belief::Test* Belief::test_of(CommitId commit) const {
  return test_of_[commit] == 0 ? nullptr : &tests_[test_of_[commit] - 1];
}

/// The candidates of a class that the new test's commit reaches become a class of their own.
void Belief::split_classes(Test& test) {
  std::vector<uint8_t> reached(graph_.candidates());
  if (graph_.is_candidate(test.commit)) sums_.mark_ancestors(test.commit, reached);
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> reached_class(classes_.size(), kNone);
  std::vector<uint8_t> has_others(classes_.size());
  for (size_t c = 0; c < class_of_.size(); ++c) {
    if (reached[c] == 0) has_others[class_of_[c]] = 1;
  }
  const bool if_reached = options_.direction == Direction::Cause;
  test.crashes_in.assign(classes_.size(), if_reached ? 0 : 1);
  for (size_t c = 0; c < class_of_.size(); ++c) {
    if (reached[c] == 0) continue;
    const uint32_t old = class_of_[c];
    uint32_t& now = reached_class[old];
    if (now == kNone && has_others[old] == 0) now = old;
    if (now == kNone) {
      now = static_cast<uint32_t>(classes_.size());
      const Class copy = classes_[old];  // growing may move it
      classes_.push_back(copy);
      for (Test& other : tests_) other.crashes_in.push_back(uint8_t{other.crashes_in[old]});
      test.crashes_in.push_back(0);
    }
    class_of_[c] = now;
    test.crashes_in[now] = if_reached ? 1 : 0;
  }
}

size_t Belief::add_test(CommitId commit) {
  Test test;
  test.commit = commit;
  split_classes(test);
  tests_.push_back(std::move(test));
  test_of_[commit] = static_cast<uint32_t>(tests_.size());
  return tests_.size() - 1;
}

void Belief::record(CommitId commit, RunOutcome outcome) {
  const size_t index = test_of_[commit] == 0 ? add_test(commit) : test_of_[commit] - 1;
  Test& test = tests_[index];
  test.runs.add(outcome);
  total_.add(outcome);
  if (outcome != RunOutcome::TargetCrash && outcome != RunOutcome::NoCrash) return;  // no evidence
  const auto count = [&](Class& counts) { ++(outcome == RunOutcome::TargetCrash ? counts.crashes : counts.clean); };
  count(everywhere_);
  for (size_t i = 0; i < classes_.size(); ++i) {
    if (test.crashes_in[i] != 0) count(classes_[i]);
  }
  update();
}

double Belief::log_likelihood(const Class& counts) const {
  // The runs on commits that do not crash under this hypothesis: their crashes were false ones.
  const double e = options_.false_crash_rate;
  return options_.rate.log_evidence(counts.crashes, counts.clean) + (total_.target - counts.crashes) * std::log(e) +
         (total_.clean - counts.clean) * std::log1p(-e);
}

void Belief::update() {
  std::vector<double> likelihood(classes_.size());
  for (size_t i = 0; i < classes_.size(); ++i) likelihood[i] = log_likelihood(classes_[i]);
  double everywhere = log_likelihood(everywhere_);
  double best = everywhere;
  for (size_t c = 0; c < class_of_.size(); ++c) {
    if (options_.weights[c] > 0) best = std::max(best, likelihood[class_of_[c]]);
  }
  for (double& value : likelihood) value = std::exp(value - best);
  everywhere = std::exp(everywhere - best) * options_.crashes_everywhere;
  double sum = everywhere;
  for (size_t c = 0; c < probabilities_.size(); ++c) {
    probabilities_[c] = options_.weights[c] * (1 - options_.crashes_everywhere) * likelihood[class_of_[c]];
    sum += probabilities_[c];
  }
  for (double& probability : probabilities_) probability /= sum;
  everywhere_probability_ = everywhere / sum;
}

double Belief::likelihood_ratio(CommitId commit, CommitId other) const {
  const auto counts = [&](CommitId c) { return graph_.is_candidate(c) ? classes_[class_of_[c]] : everywhere_; };
  return std::exp(log_likelihood(counts(commit)) - log_likelihood(counts(other)));
}

}  // namespace ktriage

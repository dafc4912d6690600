#include "bisect/search_model.h"

#include <algorithm>

namespace ktriage {

BayesOptions bayes_options(const BisectConfig& config, std::vector<double> weights) {
  BayesOptions options;
  options.direction = config.find == Find::Fix ? Direction::Fix : Direction::Cause;
  options.error_probability = config.runs.error_probability;
  options.weights = std::move(weights);
  options.max_runs_per_proposal = config.runs.max;
  options.reproduction_runs = 3 * config.runs.max;
  return options;
}

SearchModel::SearchModel(std::unique_ptr<CommitGraph> graph, const BisectConfig& config, std::vector<double> weights,
                         int git_runs)
    : graph_(std::move(graph)), config_(config), weights_(std::move(weights)), git_runs_(git_runs), strategy_(make()) {}

std::unique_ptr<Strategy> SearchModel::make() const {
  BayesOptions options = bayes_options(config_, weights_);
  if (config_.strategy == StrategyKind::Git) return make_git_strategy(*graph_, {options.direction, git_runs_});
  options.cost = cost_;
  return make_bayes_strategy(*graph_, options);
}

void SearchModel::record(CommitId commit, RunOutcome outcome) {
  history_.emplace_back(commit, outcome);
  tell(commit, outcome);
}

/// What cannot be tested cannot be tested under its other names either. (A crash or its absence is told once: the
/// other names add no evidence.)
void SearchModel::tell(CommitId commit, RunOutcome outcome) {
  strategy_->record(commit, outcome);
  if (outcome != RunOutcome::NotTestable) return;
  for (const auto& [name, canonical] : canonical_) {
    if (canonical == commit) strategy_->record(name, outcome);
  }
}

void SearchModel::set_cost(TestCost cost) {
  cost_ = cost;
  strategy_->set_cost(cost);
}

CommitId SearchModel::canonical(CommitId commit) const {
  const auto found = canonical_.find(commit);
  return found == canonical_.end() ? commit : found->second;
}

std::vector<bool> SearchModel::reached_from(CommitId commit) const {
  std::vector<bool> reached(graph_->size());
  std::vector<CommitId> open = {commit};
  reached[commit] = true;
  while (!open.empty()) {
    const CommitId next = open.back();
    open.pop_back();
    for (const CommitId parent : graph_->parents(next)) {
      if (!reached[parent]) open.push_back(parent);
      reached[parent] = true;
    }
  }
  return reached;
}

bool SearchModel::same_image(CommitId commit, CommitId other) {
  if (config_.strategy == StrategyKind::Git) {
    // git's verdicts are about single commits: the other's runs count for this one as they are.
    const auto so_far = history_;
    for (const auto& [tested, outcome] : so_far) {
      if (tested == other) record(commit, outcome);
    }
    return true;
  }
  const auto here = reached_from(commit);
  const auto there = reached_from(other);
  auto weights = weights_.empty() ? std::vector<double>(graph_->candidates(), 1.0) : weights_;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (here[i] != there[i]) weights[i] = 0;
  }
  if (std::all_of(weights.begin(), weights.end(), [](double weight) { return weight <= 0; })) return false;
  weights_ = std::move(weights);
  canonical_[commit] = other;
  strategy_ = make();
  for (const auto& [tested, outcome] : history_) tell(tested, outcome);
  return true;
}

}  // namespace ktriage

#pragma once

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "bisect/commit_graph.h"
#include "bisect/config.h"
#include "bisect/strategy.h"

namespace ktriage {

/// What the configuration asks of `strategy: bayes`. `weights`: as BayesOptions has them.
BayesOptions bayes_options(const BisectConfig& config, std::vector<double> weights);

/// A strategy that can be told two more things: that two commits are the same program, and what tests cost.
///
/// Commits with identical images behave alike, so that whatever changed the behaviour is reached by both or by neither:
/// all other candidates are out, which is exact as long as equal images mean equal programs. Runs of either are
/// recorded on the one that was built first (its *canonical* commit).
class SearchModel {
 public:
  /// `weights`: as BayesOptions has them. `git_runs`: as GitOptions has them.
  SearchModel(std::unique_ptr<CommitGraph> graph, const BisectConfig& config, std::vector<double> weights,
              int git_runs);

  const CommitGraph& graph() const { return *graph_; }

  void record(CommitId commit, RunOutcome outcome);
  void set_cost(TestCost cost);
  std::vector<Proposal> propose(size_t workers, std::span<const Proposal> in_flight) const {
    return strategy_->propose(workers, in_flight);
  }
  SearchStatus status() const { return strategy_->status(); }

  /// The commit whose image is that of `commit`: itself unless same_image() said otherwise.
  CommitId canonical(CommitId commit) const;
  /// `commit` turned out to have the image of `other`, which is canonical. False if that cannot be.
  bool same_image(CommitId commit, CommitId other);

 private:
  void tell(CommitId commit, RunOutcome outcome);
  std::unique_ptr<Strategy> make() const;
  std::vector<bool> reached_from(CommitId commit) const;

  std::unique_ptr<CommitGraph> graph_;
  const BisectConfig& config_;
  std::vector<double> weights_;
  int git_runs_;
  TestCost cost_;
  std::vector<std::pair<CommitId, RunOutcome>> history_;
  std::map<CommitId, CommitId> canonical_;
  std::unique_ptr<Strategy> strategy_;
};

}  // namespace ktriage

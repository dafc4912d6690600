#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bisect/commit_graph.h"

namespace ktriage {

/// For each candidate of a graph, the sum of some value over all candidates that it reaches, itself included. Summing
/// what a merge reaches is no matter of adding its parents' sums, for they share ancestors. So the graph is cut into
/// *segments*, runs of commits which have one candidate as parent and one as child between them: whoever reaches a
/// segment from outside reaches all of it. A merge then needs one bit for each segment, made once, and everything
/// else is one addition.
///
/// Making it takes O(merges × segments / 64), a sum O(candidates + merges × segments / 8); merges × segments / 8 bytes
/// of memory. (16,000 commits of the kernel have some 1,200 merges and 4,000 segments.)
class AncestorSums {
 public:
  explicit AncestorSums(const CommitGraph& graph);

  /// out[c] becomes the sum of values[a] over what c reaches. Both spans have candidates() elements; they may be the
  /// same.
  void sum(std::span<const double> values, std::span<double> out) const;

  /// reached[c] becomes whether `commit` reaches c. O(candidates).
  void mark_ancestors(CommitId commit, std::span<uint8_t> reached) const;

  size_t candidates() const { return only_parent_.size(); }

 private:
  static constexpr CommitId kNone = UINT32_MAX;

  void cut_segments(const CommitGraph& graph);
  void collect_reach(const CommitGraph& graph);
  void sum_merges(std::span<const double> segment_sums, std::vector<double>& merge_sums) const;

  std::vector<CommitId> only_parent_;  // the one candidate parent; kNone for merges and roots
  std::vector<uint32_t> segment_;      // of each candidate; ascending ids go from new to old here too
  std::vector<uint32_t> merge_;        // which of merges_ a candidate is, kNone if none
  std::vector<CommitId> merges_;       // those with several candidate parents, by segment
  std::vector<CommitId> parents_;      // candidate parents, those of commit i from parent_start_[i] on
  std::vector<size_t> parent_start_;
  size_t segments_ = 0;
  /// Bit s of the column of byte s / 8 says whether the merge reaches segment s: reach_[(s / 8) * merges + merge].
  std::vector<uint8_t> reach_;
};

}  // namespace ktriage

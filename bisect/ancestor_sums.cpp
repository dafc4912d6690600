#include "bisect/ancestor_sums.h"

#include <algorithm>
#include <array>

namespace ktriage {

AncestorSums::AncestorSums(const CommitGraph& graph) {
  cut_segments(graph);
  collect_reach(graph);
}

void AncestorSums::cut_segments(const CommitGraph& graph) {
  const size_t n = graph.candidates();
  only_parent_.assign(n, kNone);
  merge_.assign(n, kNone);
  parent_start_.assign(1, 0);
  std::vector<uint32_t> children(n);
  for (CommitId commit = 0; commit < n; ++commit) {
    const size_t start = parents_.size();
    for (const CommitId parent : graph.parents(commit)) {
      if (!graph.is_candidate(parent)) continue;
      // A parent named twice is one parent.
      if (std::find(parents_.begin() + static_cast<std::ptrdiff_t>(start), parents_.end(), parent) != parents_.end()) {
        continue;
      }
      parents_.push_back(parent);
      ++children[parent];
    }
    parent_start_.push_back(parents_.size());
    if (parents_.size() == start + 1) only_parent_[commit] = parents_.back();
    if (parents_.size() > start + 1) merges_.push_back(commit);
  }
  // Children come first, so a commit's segment is known when its parent is met.
  segment_.assign(n, kNone);
  for (CommitId commit = 0; commit < n; ++commit) {
    if (segment_[commit] == kNone) segment_[commit] = static_cast<uint32_t>(segments_++);
    const CommitId parent = only_parent_[commit];
    if (parent != kNone && children[parent] == 1) segment_[parent] = segment_[commit];
  }
  // At most one merge stands in a segment, at its old end. In this order a merge reaches later merges only.
  std::sort(merges_.begin(), merges_.end(), [&](CommitId a, CommitId b) { return segment_[a] < segment_[b]; });
  for (size_t m = 0; m < merges_.size(); ++m) merge_[merges_[m]] = static_cast<uint32_t>(m);
}

void AncestorSums::collect_reach(const CommitGraph& graph) {
  // By rows of words first, oldest merge first, so that each row is the union of rows that are ready.
  const size_t words = (segments_ + 63) / 64;
  std::vector<CommitId> bottom(segments_);  // the oldest commit of each segment
  for (CommitId commit = 0; commit < graph.candidates(); ++commit) bottom[segment_[commit]] = commit;
  std::vector<uint64_t> rows(merges_.size() * words);
  for (size_t m = merges_.size(); m-- > 0;) {
    uint64_t* row = &rows[m * words];
    const CommitId merge = merges_[m];
    for (size_t p = parent_start_[merge]; p < parent_start_[merge + 1]; ++p) {
      for (CommitId at = parents_[p]; at != kNone;) {
        const uint32_t segment = segment_[at];
        uint64_t& word = row[segment / 64];
        const uint64_t bit = uint64_t{1} << (segment % 64);
        if ((word & bit) != 0) break;  // then what it reaches is in as well
        word |= bit;
        const CommitId end = bottom[segment];
        if (merge_[end] != kNone) {
          const uint64_t* other = &rows[merge_[end] * words];
          for (size_t w = segment / 64; w < words; ++w) row[w] |= other[w];
        }
        at = only_parent_[end];
      }
    }
  }
  const size_t columns = (segments_ + 7) / 8;
  reach_.resize(columns * merges_.size());
  for (size_t m = 0; m < merges_.size(); ++m) {
    for (size_t c = 0; c < columns; ++c) {
      reach_[c * merges_.size() + m] = static_cast<uint8_t>(rows[m * words + c / 8] >> (c % 8 * 8));
    }
  }
}

void AncestorSums::sum_merges(std::span<const double> segment_sums, std::vector<double>& merge_sums) const {
  merge_sums.assign(merges_.size(), 0);
  std::array<double, 256> of_byte{};  // the sum of the eight segments as the bits of the index choose them
  for (size_t first = 0; first < segments_; first += 8) {
    const size_t bits = std::min<size_t>(8, segments_ - first);
    size_t known = 1;
    for (size_t bit = 0; bit < bits; ++bit, known *= 2) {
      for (size_t i = 0; i < known; ++i) of_byte[known + i] = of_byte[i] + segment_sums[first + bit];
    }
    const uint8_t* column = &reach_[first / 8 * merges_.size()];
    for (size_t m = 0; m < merges_.size() && segment_[merges_[m]] < first + bits; ++m) {  // the rest reach nothing here
      merge_sums[m] += of_byte[column[m]];
    }
  }
}

void AncestorSums::sum(std::span<const double> values, std::span<double> out) const {
  const size_t n = candidates();
  std::vector<double> merge_sums;
  if (!merges_.empty()) {
    std::vector<double> segment_sums(segments_);
    for (size_t commit = 0; commit < n; ++commit) segment_sums[segment_[commit]] += values[commit];
    sum_merges(segment_sums, merge_sums);
  }
  for (size_t commit = n; commit-- > 0;) {
    double sum = values[commit];
    if (only_parent_[commit] != kNone) sum += out[only_parent_[commit]];
    if (merge_[commit] != kNone) sum += merge_sums[merge_[commit]];
    out[commit] = sum;
  }
}

void AncestorSums::mark_ancestors(CommitId commit, std::span<uint8_t> reached) const {
  std::fill(reached.begin(), reached.end(), uint8_t{0});
  if (commit >= candidates()) return;
  reached[commit] = 1;
  for (size_t at = commit; at < candidates(); ++at) {  // a plain pass: children come first
    if (reached[at] == 0) continue;
    for (size_t p = parent_start_[at]; p < parent_start_[at + 1]; ++p) reached[parents_[p]] = 1;
  }
}

}  // namespace ktriage

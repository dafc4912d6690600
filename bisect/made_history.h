#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ktriage {

/// What a made-up history looks like. Chances are per commit, 0…1.
struct HistoryShape {
  size_t commits = 1024;
  double fork = 0;         ///< chance to start a branch: from the tip of another one, or from somewhere recent
  double merge = 0;        ///< chance to merge branches while there are two or more
  double octopus = 0;      ///< chance that a merge takes up to five of them
  double criss_cross = 0;  ///< chance that two branches merge each other and both go on
  int64_t skew = 0;        ///< commits may be dated so many seconds wrong
  uint64_t seed = 1;
};

struct MadeCommit {
  std::vector<size_t> parents;  ///< indices of older commits; empty for the first only
  int64_t date = 0;
};

/// From old to new; the last one reaches all others. May exceed `commits` by the few merges that tie up loose ends. The
/// same shape gives the same history.
std::vector<MadeCommit> make_history(const HistoryShape& shape);

/// A history much like that of the kernel: one commit in thirteen is a merge, branches live long and seldom cross.
HistoryShape kernel_like(size_t commits, uint64_t seed);

/// As `git rev-list --parents --timestamp` would print it without its first commit, which is good; names are "c" and
/// the index.
std::string to_rev_list(const std::vector<MadeCommit>& history);

}  // namespace ktriage

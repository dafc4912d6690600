#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "bisect/ancestor_sums.h"
#include "bisect/commit_graph.h"

namespace ktriage {

/// What git knows of a bisection: `refs/bisect/bad`, `refs/bisect/good-*`, `refs/bisect/skip-*`.
struct GitKnowledge {
  CommitId bad = 0;
  std::vector<CommitId> goods;
  std::vector<CommitId> skipped;
};

/// What `git bisect` does next.
struct GitChoice {
  enum class Kind {
    Test,             ///< checks out `commit`
    FirstBad,         ///< "`commit` is the first bad commit"
    OnlySkippedLeft,  ///< "There are only 'skip'ped commits left to test."
    Contradiction,    ///< the bad commit is reachable from a good one
  };
  Kind kind = Kind::Contradiction;
  CommitId commit = 0;
  std::vector<CommitId> possible;  ///< OnlySkippedLeft: "The first bad commit could be any of", in git's order
  size_t revisions_left = 0;       ///< Test: as printed
  int steps_left = 0;              ///< Test: as printed
};

/// Git's choice (as of git 2.39's bisect.c, which newer releases agree with). `sums` is of the same graph.
/// O(AncestorSums::sum).
GitChoice choose_as_git(const CommitGraph& graph, const AncestorSums& sums, const GitKnowledge& known);

/// Git's "roughly N steps" for so many candidates.
int estimate_steps(size_t candidates);

}  // namespace ktriage

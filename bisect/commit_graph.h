#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/result.h"

namespace ktriage {

/// A commit of one CommitGraph: its index there.
using CommitId = uint32_t;

/// The commits among which a bisection searches, with their parents.
///
/// Candidates are what is reachable from the bad commit and from no good one. They have the ids 0 … candidates()-1,
/// children always before parents, so that a pass over ascending ids goes from new to old; the bad commit is 0. The ids
/// from candidates() to size()-1 are the *boundary*: commits known to be on the good side, that is the parents of
/// candidates which are no candidates, and the good commits themselves as far as they were named. Boundary commits have
/// no parents here. For Direction::Fix read "bad" as "has the fix", as `git bisect --term-old` does.
class CommitGraph {
 public:
  /// Reads what `git rev-list --parents [--timestamp] [--boundary] BAD --not GOOD…` prints: a line a commit,
  /// `[seconds ][-]name parent…`. With --timestamp ties and clock skew come out exactly as git sees them; without, the
  /// order of the lines stands for the dates. `goods` names good commits to have in the boundary though no candidate is
  /// their child. Good commits must be reachable from the bad one: where trees diverge, test `git merge-base --all`
  /// first, as git does, and pass merge bases found good as good.
  ///
  /// Errors: a line that is no commit, a commit twice, several commits without a child (two tips), a cycle, no commit.
  /// O(commits + parents).
  static Result<CommitGraph> from_rev_list(std::string_view text, std::span<const std::string> goods = {});

  /// The candidates of another range of this graph: reachable from `bad`, and from none of `goods`. Empty if `bad` is
  /// reachable from a good commit. O(size()).
  std::optional<CommitGraph> range(CommitId bad, std::span<const CommitId> goods) const;

  size_t candidates() const { return candidates_; }
  size_t size() const { return names_.size(); }
  bool is_candidate(CommitId commit) const { return commit < candidates_; }
  CommitId bad() const { return 0; }

  /// The name as it was read, usually a full hash. Lives as long as the graph.
  const std::string& name(CommitId commit) const { return names_[commit]; }
  std::optional<CommitId> find(std::string_view name) const;

  /// In the order of the commit. Lives as long as the graph.
  std::span<const CommitId> parents(CommitId commit) const {
    return {parents_.data() + first_parent_[commit], parents_.data() + first_parent_[commit + 1]};
  }

  /// The committer's date in seconds, or what stands for it (see from_rev_list); 0 for the boundary.
  int64_t date(CommitId commit) const { return dates_[commit]; }

 private:
  CommitGraph() = default;
  friend class CommitGraphBuilder;

  size_t candidates_ = 0;
  std::vector<std::string> names_;
  std::vector<int64_t> dates_;
  std::vector<size_t> first_parent_ = {0};  // of commit i; one more at the end
  std::vector<CommitId> parents_;
  std::vector<CommitId> by_name_;  // all ids, in the order of their names
};

}  // namespace ktriage

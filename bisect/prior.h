#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bisect/commit_graph.h"

namespace ktriage {

/// How likely a commit is to have to do with a crash, going by what it changes; from hardly to likely.
enum class Relevance {
  Irrelevant,  ///< provably cannot matter: gets no probability at all
  Unlikely,    ///< documentation and the like, and merges, which mostly bring in what others changed
  Ordinary,
  Near,     ///< changes a directory that a file of the crash's stacks is in
  InStack,  ///< changes a file of the crash's stacks
};

/// What is known before the first test. Paths are relative to the root of the tree, as git and the kernel's debug info
/// have them.
struct PriorHints {
  std::vector<std::string> stack_files;
  /// Whether a change of that file can change what is tested. Must say so where it does not know. Empty: any file can.
  std::function<bool(std::string_view path)> can_matter;
};

/// By candidate, the files that each commit changes: from `git log --format=format:commit%x20%H --name-only BAD --not
/// GOOD…`. Commits of other names are passed over; what the text lacks has no files.
std::vector<std::vector<std::string>> read_changed_files(const CommitGraph& graph, std::string_view text);

/// Of one commit with those changed files. Merges list none. A commit that is no merge and changes no file is Unlikely.
Relevance relevance_of(std::span<const std::string> changed_files, const PriorHints& hints);

/// Weights for BayesOptions: each kind gets a share of the whole, so that a handful of commits in the stack stands out
/// of thousands, and never less a commit than a kind below it. O(candidates).
std::vector<double> weigh_by_relevance(std::span<const Relevance> candidates);

}  // namespace ktriage

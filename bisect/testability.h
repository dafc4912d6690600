#pragma once

#include <vector>

#include "bisect/belief.h"
#include "bisect/commit_graph.h"

namespace ktriage {

/// For each commit of the graph, how likely it can be tested: 0 if it was seen not to be, 1 if it was. What breaks
/// builds breaks them for a stretch of history, so doubt falls with the distance from commits seen broken, and rises
/// the nearer those are compared with commits seen to work. O(size()).
std::vector<double> estimate_testability(const CommitGraph& graph, const std::vector<Belief::Test>& tests);

}  // namespace ktriage

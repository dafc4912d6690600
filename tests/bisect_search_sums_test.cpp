// Sums over ancestors against counting them one by one.

#include <gtest/gtest.h>

#include <vector>

#include "bisect/ancestor_sums.h"
#include "bisect/commit_graph.h"
#include "bisect/made_history.h"
#include "bisect/random.h"

namespace ktriage {
namespace {

/// All that a commit reaches, found the slow way.
std::vector<uint8_t> reach(const CommitGraph& graph, CommitId commit) {
  std::vector<uint8_t> seen(graph.size());
  std::vector<CommitId> todo = {commit};
  while (!todo.empty()) {
    const CommitId at = todo.back();
    todo.pop_back();
    if (seen[at] != 0 || !graph.is_candidate(at)) continue;
    seen[at] = 1;
    for (const CommitId parent : graph.parents(at)) todo.push_back(parent);
  }
  seen.resize(graph.candidates());
  return seen;
}

TEST(AncestorSums, EqualCountingOneByOne) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    HistoryShape shape;
    shape.commits = 5 + seed * 7;
    shape.fork = 0.25;
    shape.merge = 0.25;
    shape.octopus = 0.2;
    shape.criss_cross = seed % 2 == 0 ? 0.4 : 0;
    shape.seed = seed;
    const auto graph = CommitGraph::from_rev_list(to_rev_list(make_history(shape))).value();
    const AncestorSums sums(graph);
    const size_t n = graph.candidates();
    Random random(seed);
    std::vector<double> values(n);
    for (double& value : values) value = static_cast<double>(random.below(1000));  // so that sums are exact
    std::vector<double> out(n);
    sums.sum(values, out);
    std::vector<uint8_t> reached(n);
    for (CommitId commit = 0; commit < n; ++commit) {
      const auto expected = reach(graph, commit);
      sums.mark_ancestors(commit, reached);
      ASSERT_EQ(reached, expected) << "seed " << seed << ", commit " << graph.name(commit);
      double sum = 0;
      for (size_t i = 0; i < n; ++i) sum += expected[i] != 0 ? values[i] : 0;
      ASSERT_EQ(out[commit], sum) << "seed " << seed << ", commit " << graph.name(commit);
    }
    sums.sum(values, values);
    EXPECT_EQ(values, out);
  }
}

TEST(AncestorSums, ParentNamedTwice) {
  const auto graph = CommitGraph::from_rev_list("m a a\na good\n").value();
  std::vector<double> values = {1, 1};
  AncestorSums(graph).sum(values, values);
  EXPECT_EQ(values, (std::vector<double>{2, 1}));
}

}  // namespace
}  // namespace ktriage

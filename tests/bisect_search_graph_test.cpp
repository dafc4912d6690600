// Which commits are candidates, how they are numbered, and which texts are no history.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "bisect/commit_graph.h"

namespace ktriage {
namespace {

//   good -- a -- b -- d -- bad     c is a side branch that forked before good
//    old -- c ---------'
constexpr std::string_view kDiamond = "bad d\nd b c\nc old\nb a\na good\n";

CommitGraph graph_of(std::string_view text) {
  auto graph = CommitGraph::from_rev_list(text);
  EXPECT_TRUE(graph.ok()) << graph.errors().front().to_string();
  return graph.value();
}

std::set<std::string> names(const CommitGraph& graph, size_t from, size_t to) {
  std::set<std::string> out;
  for (size_t i = from; i < to; ++i) out.insert(graph.name(static_cast<CommitId>(i)));
  return out;
}

void expect_children_first(const CommitGraph& graph) {
  for (CommitId commit = 0; commit < graph.candidates(); ++commit) {
    for (const CommitId parent : graph.parents(commit)) EXPECT_LT(commit, parent);
  }
}

TEST(CommitGraph, CandidatesAndBoundary) {
  const CommitGraph graph = graph_of(kDiamond);
  EXPECT_EQ(graph.candidates(), 5U);
  EXPECT_EQ(graph.name(graph.bad()), "bad");
  EXPECT_EQ(names(graph, 5, graph.size()), (std::set<std::string>{"good", "old"}));
  expect_children_first(graph);
  const CommitId d = graph.find("d").value();
  ASSERT_EQ(graph.parents(d).size(), 2U);
  EXPECT_EQ(graph.name(graph.parents(d)[0]), "b");
  EXPECT_EQ(graph.name(graph.parents(d)[1]), "c");
  EXPECT_FALSE(graph.find("nobody"));
}

TEST(CommitGraph, CopiesStandAlone) {
  CommitGraph copy = graph_of("x y");
  {
    const CommitGraph original = graph_of(kDiamond);
    copy = original;
  }
  EXPECT_EQ(copy.name(copy.find("good").value()), "good");
}

TEST(CommitGraph, ParentListedBeforeItsChild) {  // what clock skew makes of git's order
  const CommitGraph graph = graph_of("300 bad x y\n200 y x\n250 x good\n");
  expect_children_first(graph);
  EXPECT_EQ(graph.date(graph.find("x").value()), 250);
}

TEST(CommitGraph, BoundaryLinesAndNamedGoods) {
  const std::vector<std::string> goods = {"v1", "v0"};
  const auto graph = CommitGraph::from_rev_list("bad a\na v0\n-v0 older\n", goods);
  ASSERT_TRUE(graph.ok());
  EXPECT_EQ(names(graph.value(), 2, graph->size()), (std::set<std::string>{"v0", "v1"}));
}

TEST(CommitGraph, Range) {
  const CommitGraph graph = graph_of(kDiamond);
  const auto id = [&](std::string_view name) { return graph.find(name).value(); };
  struct Row {
    std::string_view bad;
    std::vector<std::string_view> goods;
    std::set<std::string> candidates;
    std::set<std::string> boundary;
  };
  const Row rows[] = {
      {"bad", {}, {"bad", "d", "b", "c", "a"}, {"good", "old"}},
      {"bad", {"b"}, {"bad", "d", "c"}, {"b", "old"}},
      {"d", {"b", "c"}, {"d"}, {"b", "c"}},
      {"bad", {"a", "c"}, {"bad", "d", "b"}, {"a", "c"}},
      {"b", {"good"}, {"b", "a"}, {"good"}},
  };
  for (const auto& row : rows) {
    std::vector<CommitId> goods;
    for (const auto good : row.goods) goods.push_back(id(good));
    const auto range = graph.range(id(row.bad), goods);
    ASSERT_TRUE(range);
    EXPECT_EQ(names(*range, 0, range->candidates()), row.candidates);
    EXPECT_EQ(names(*range, range->candidates(), range->size()), row.boundary);
    EXPECT_EQ(range->name(range->bad()), row.bad);
    expect_children_first(*range);
  }
  EXPECT_FALSE(graph.range(id("b"), std::vector<CommitId>{id("d")}));
}

TEST(CommitGraph, Rejected) {
  struct Row {
    std::string_view text;
    std::string_view why;
  };
  const Row rows[] = {
      {"", "git rev-list: the range holds no commit"},
      {"-a\n", "git rev-list: the range holds no commit"},
      {"a b\n\nb c\n", "git rev-list:2: no commit here"},
      {"a b\nb c\na c\n", "git rev-list:3: commit a for the second time"},
      {"a b\nb a\n", "git rev-list: a commit is its own ancestor"},
      {"t a\na b\nb a\n", "git rev-list: a commit is its own ancestor"},
      {"a c\nb c\nc d\n", "git rev-list: the range has more than one newest commit"},
      {"12345\n", "git rev-list:1: no commit here"},
  };
  for (const auto& row : rows) {
    const auto graph = CommitGraph::from_rev_list(row.text);
    ASSERT_FALSE(graph.ok()) << row.text;
    EXPECT_EQ(graph.errors().front().to_string(), row.why);
  }
  const std::vector<std::string> goods = {"b"};
  EXPECT_FALSE(CommitGraph::from_rev_list("a b\nb c\n", goods).ok());
}

}  // namespace
}  // namespace ktriage

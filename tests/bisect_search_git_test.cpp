// `strategy: git` against the installed git: the same commits in the same order, with the same words.
// tests/bench/git_equality_figures does many more cases.

#include <gtest/gtest.h>

#include "tests/git_equality.h"

namespace ktriage::test {
namespace {

TEST(GitStrategy, ChoosesAsGit) {
  int tests = 0;
  int skips = 0;
  int ended_by_skips = 0;
  for (auto [name, shape] : history_kinds()) {
    SCOPED_TRACE(name);
    shape.commits = std::min<size_t>(shape.commits, 400);
    for (uint64_t seed = 1; seed <= 2; ++seed) {
      shape.seed = seed;
      const GitRepository repository = GitRepository::of(make_history(shape));
      for (uint64_t i = 0; i < 3; ++i) {
        const Comparison result = compare_with_git(repository, seed * 1000 + i);
        ASSERT_EQ(result.difference, "");
        tests += result.tests;
        skips += result.skips;
        if (result.ended_by_skips) ++ended_by_skips;
      }
    }
  }
  // The sample has all there is to compare.
  EXPECT_GT(tests, 150);
  EXPECT_GT(skips, 20);
  EXPECT_GT(ended_by_skips, 0);
}

TEST(GitStrategy, ChoosesAsGitInOurOwnHistory) {
  const GitRepository repository = GitRepository::clone(KTRIAGE_SOURCE_DIR);
  if (!repository.has_commits()) GTEST_SKIP() << "the source tree is no git repository";
  for (uint64_t seed = 1; seed <= 4; ++seed) EXPECT_EQ(compare_with_git(repository, seed).difference, "");
}

}  // namespace
}  // namespace ktriage::test

// ktriage bisect --simulate, as a process.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli_process.h"
#include "tests/cli_samples.h"
#include "tests/git_repository.h"

namespace ktriage::test {
namespace {

Ran simulate(std::vector<std::string> arguments, std::string_view input = {}) {
  arguments.insert(arguments.begin(), {"bisect", "--simulate"});
  return run_ktriage(arguments, input);
}

TEST(CliBisectSimulate, CountsRightAnswersAndCost) {
  const Ran ran = simulate(
      {"--json", "--commits", "64", "--trials", "20", "--seed", "7", "--strategy", "bayes", "--strategy", "git-3"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const auto end = ran.out.find('\n');
  const auto bayes = nlohmann::json::parse(ran.out.substr(0, end));
  const auto git = nlohmann::json::parse(ran.out.substr(end + 1));
  EXPECT_EQ(bayes["strategy"], "bayes");
  EXPECT_EQ(bayes["candidates"], 64);
  EXPECT_EQ(bayes["seed"], 7);
  EXPECT_EQ(bayes["right"], 20);
  EXPECT_EQ(git["right"], 20);
  EXPECT_NEAR(git["mean_builds"].get<double>(), 6, 1e-9);  // log2 of 64
  EXPECT_EQ(simulate({"--json", "--commits", "64", "--trials", "20", "--seed", "7", "--strategy", "bayes", "--strategy",
                      "git-3"})
                .out,
            ran.out);
}

TEST(CliBisectSimulate, TakesARangeAndACulprit) {
  const std::string range = "50 e d\n40 d c b\n30 c a\n20 b a\n10 a good\n";
  const Ran ran = simulate({"--rev-list", "-", "--culprit", "c", "--trials", "5"}, range);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_TRUE(ran.out.starts_with("5 candidates, 5 trials, seed 1\n")) << ran.out;
  EXPECT_NE(ran.out.find("100.00%"), std::string::npos) << ran.out;
}

/// A history of 32 commits in git, and a configuration that is about it; what the latter says more is `more`.
class CliBisectSimulateConfig : public testing::Test {
 protected:
  CliBisectSimulateConfig() : repository_(GitRepository::of(make_history(shape()))) {}

  static HistoryShape shape() {
    HistoryShape shape;
    shape.commits = 33;
    return shape;
  }

  std::string config(const std::string& more = {}) {
    const auto line = [](std::string text) { return text.substr(0, text.find('\n')); };
    return directory_.write("b.yaml", "repo: " + line(repository_.git("rev-parse --absolute-git-dir")) +
                                          "\nbad: " + name(0) + "\ngood: " + name(32) + "\ntest: 'true'\n" + more);
  }
  /// The commit so many before the newest.
  std::string name(int back) const {
    std::string text = repository_.git("rev-list --skip=" + std::to_string(back) + " -1 --all");
    return text.substr(0, text.find('\n'));
  }

  GitRepository repository_;
  TemporaryDirectory directory_;
};

TEST_F(CliBisectSimulateConfig, IsThatOfTheConfiguration) {
  const Ran bayes = simulate({config(), "--trials", "20"});
  EXPECT_EQ(bayes.exit, 0) << bayes.err;
  EXPECT_TRUE(bayes.out.starts_with("32 candidates, 20 trials, seed 1\n")) << bayes.out;
  EXPECT_NE(bayes.out.find("\nconfig        1   100.00%"), std::string::npos) << bayes.out;
  // git's five steps, and the bad commit.
  const Ran git = simulate({config("strategy: git\n"), "--json", "--trials", "20", "--culprit", name(7).substr(0, 12)});
  ASSERT_EQ(git.exit, 0) << git.err;
  const auto figures = nlohmann::json::parse(git.out);
  EXPECT_EQ(figures["right"], 20) << git.out;
  EXPECT_NEAR(figures["mean_builds"].get<double>(), 6, 1e-9) << git.out;
}

TEST_F(CliBisectSimulateConfig, Rejects) {
  EXPECT_NE(simulate({config(), "--commits", "9"}).err.find("which has a range of its own"), std::string::npos);
  EXPECT_NE(simulate({config(), "--culprit", "nobody"}).err.find("there is no commit 'nobody'"), std::string::npos);
  EXPECT_NE(simulate({config(), "--culprit", name(32)}).err.find("is not in the range"), std::string::npos);
  EXPECT_NE(simulate({config("strtaegy: git\n")}).err.find("did you mean 'strategy'?"), std::string::npos);
  EXPECT_EQ(simulate({"/nonexistent.yaml"}).exit, 2);
}

TEST(CliBisectSimulate, Rejects) {
  struct Row {
    std::vector<std::string> arguments;
    std::string why;
    int exit;
  };
  const Row rows[] = {
      {{"--rate", "1.5"}, "--rate takes 0 to 1", 2},
      {{"--rate", "nan"}, "--rate takes 0 to 1", 2},
      {{"--error", "0"}, "--error takes more than 0", 2},
      {{"--trials", "0"}, "--trials takes at least 1", 2},
      {{"--commits", "0"}, "--commits takes 1 to", 2},
      {{"--history", "round"}, "--history takes linear or merges", 2},
      {{"--strategy", "luck"}, "there is no strategy 'luck'", 2},
      {{"--strategy", "git-0"}, "there is no strategy 'git-0'", 2},
      {{"--culprit", "nobody"}, "--culprit nobody is not in the range", 2},
      {{"--rev-list", "/nonexistent"}, "/nonexistent: cannot be read", 3},
      {{"--rev-list", "-"}, "the range holds no commit", 3},
  };
  for (const Row& row : rows) {
    const Ran ran = simulate(row.arguments);
    EXPECT_EQ(ran.exit, row.exit) << row.why;
    EXPECT_NE(ran.err.find(row.why), std::string::npos) << row.why << "\n" << ran.err;
  }
}

}  // namespace
}  // namespace ktriage::test

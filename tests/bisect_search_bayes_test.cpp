// `strategy: bayes`: what it concludes from given outcomes, and that it keeps the error that was asked for.

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "bisect/made_history.h"
#include "bisect/prior.h"
#include "bisect/simulator.h"

namespace ktriage {
namespace {

CommitGraph linear(size_t commits) {
  HistoryShape shape;
  shape.commits = commits + 1;
  return CommitGraph::from_rev_list(to_rev_list(make_history(shape))).value();
}

CommitGraph with_merges(size_t commits, uint64_t seed) {
  return CommitGraph::from_rev_list(to_rev_list(make_history(kernel_like(commits, seed)))).value();
}

struct Score {
  int right = 0;
  int announced = 0;
  double runs = 0;
  double builds = 0;
};

Score play(const CommitGraph& graph, const BayesOptions& options, const World& world, int trials) {
  Score score;
  for (int i = 0; i < trials; ++i) {
    Random random(static_cast<uint64_t>(i) + 1);
    World now = world;
    if (now.culprit) now.culprit = static_cast<CommitId>(random.below(graph.candidates()));
    SimulatedTester tester(graph, now, random.next());
    const auto strategy = make_bayes_strategy(graph, options);
    const Trial trial = bisect_with(*strategy, tester);
    score.right += trial.found == now.culprit ? 1 : 0;
    score.announced += trial.found ? 1 : 0;
    score.runs += static_cast<double>(trial.runs) / trials;
    score.builds += static_cast<double>(trial.builds) / trials;
  }
  return score;
}

World world(double rate, double other_rate = 0, Direction direction = Direction::Cause) {
  World out;
  out.direction = direction;
  out.culprit = 0;  // play() draws one
  out.rate = rate;
  out.other_rate = other_rate;
  return out;
}

TEST(BayesStrategy, FindsTheCulprit) {
  struct Row {
    const char* what;
    CommitGraph graph;
    World truth;
    int at_least;  // of 100
    double most_builds;
  };
  const Row rows[] = {
      {"always crashes", linear(256), world(1), 100, 10},
      {"flaky", linear(256), world(0.3), 97, 12},
      {"flaky with other crashes", linear(256), world(0.5, 0.2), 97, 12},
      {"merges", with_merges(300, 3), world(0.5), 97, 13},
      {"fix", linear(256), world(1, 0, Direction::Fix), 100, 11},
      {"flaky fix", with_merges(300, 4), world(0.5, 0, Direction::Fix), 97, 14},
      {"one candidate", linear(1), world(0.5), 97, 3},
  };
  for (const Row& row : rows) {
    BayesOptions options;
    options.direction = row.truth.direction;
    const Score score = play(row.graph, options, row.truth, 100);
    EXPECT_GE(score.right, row.at_least) << row.what;
    EXPECT_LE(score.builds, row.most_builds) << row.what;
  }
}

TEST(BayesStrategy, AnnouncesNobodyWhereThereIsNobody) {
  const CommitGraph graph = linear(256);
  for (const double rate : {0.0, 0.3, 1.0}) {
    for (const Direction direction : {Direction::Cause, Direction::Fix}) {
      World none = world(rate, 0, direction);
      none.culprit.reset();
      BayesOptions options;
      options.direction = direction;
      EXPECT_LE(play(graph, options, none, 100).announced, 2) << rate;
    }
  }
}

TEST(BayesStrategy, StatesOfTheEnd) {
  const CommitGraph graph = linear(8);
  const auto drive = [&](auto outcome_of) {
    const auto strategy = make_bayes_strategy(graph, {});
    for (int i = 0; i < 2000 && strategy->status().state == SearchState::Searching; ++i) {
      const auto next = strategy->propose(1).at(0);
      strategy->record(next.commit, outcome_of(next.commit));
    }
    return strategy->status();
  };
  const auto never = drive([](CommitId) { return RunOutcome::NoCrash; });
  EXPECT_EQ(never.state, SearchState::NotReproduced);
  const auto always = drive([](CommitId) { return RunOutcome::TargetCrash; });
  EXPECT_EQ(always.state, SearchState::CrashesEverywhere);
  EXPECT_EQ(drive([](CommitId) { return RunOutcome::OtherCrash; }).state, SearchState::NotReproduced);

  const auto found = drive([](CommitId c) { return c <= 3 ? RunOutcome::TargetCrash : RunOutcome::NoCrash; });
  EXPECT_EQ(found.state, SearchState::Found);
  EXPECT_EQ(found.suspects.at(0).commit, 3U);
  EXPECT_GE(found.confidence, 0.99);

  // 3 is the first bad one, but 3, 4 and 5 cannot be tested: any of 3 to 5 may be it, or 2.
  const auto skips = drive([](CommitId c) {
    return c >= 3 && c <= 5 ? RunOutcome::NotTestable : c <= 3 ? RunOutcome::TargetCrash : RunOutcome::NoCrash;
  });
  EXPECT_EQ(skips.state, SearchState::Inconclusive);
  std::set<CommitId> suspects;
  for (const auto& suspect : skips.suspects) suspects.insert(suspect.commit);
  EXPECT_EQ(suspects, (std::set<CommitId>{2, 3, 4, 5}));
}

TEST(BayesStrategy, WorksAroundUntestableStretches) {
  const CommitGraph graph = linear(400);
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    World truth;
    truth.rate = 0.7;
    truth.untestable.assign(400, 0);
    for (size_t i = 150; i < 260; ++i) truth.untestable[i] = 1;
    const size_t culprit = random.below(280);
    truth.culprit = static_cast<CommitId>(culprit < 140 ? culprit : culprit + 120);  // not at the stretch
    SimulatedTester tester(graph, truth, random.next());
    const auto strategy = make_bayes_strategy(graph, {});
    const Trial trial = bisect_with(*strategy, tester);
    EXPECT_EQ(trial.found, truth.culprit) << "seed " << seed;
    EXPECT_LE(trial.builds, 25U);
  }
}

TEST(BayesStrategy, OneFalseCrashDoesNotDecide) {
  const CommitGraph graph = linear(64);
  const auto strategy = make_bayes_strategy(graph, {});
  strategy->record(60, RunOutcome::TargetCrash);  // which was none: 10 is to blame
  for (int i = 0; i < 1000 && strategy->status().state == SearchState::Searching; ++i) {
    const CommitId commit = strategy->propose(1).at(0).commit;
    strategy->record(commit, commit <= 10 ? RunOutcome::TargetCrash : RunOutcome::NoCrash);
  }
  ASSERT_EQ(strategy->status().state, SearchState::Found);
  EXPECT_EQ(strategy->status().suspects.at(0).commit, 10U);
}

TEST(BayesStrategy, WeightsSaveBuildsAndNeverDecide) {
  const CommitGraph graph = linear(1000);
  std::vector<Relevance> relevance(1000, Relevance::Ordinary);
  for (const size_t i : {100U, 300U, 301U, 700U, 900U}) relevance[i] = Relevance::InStack;
  BayesOptions options;
  options.weights = weigh_by_relevance(relevance);
  const auto builds_to_find = [&](CommitId culprit, const BayesOptions& with) {
    World truth;
    truth.culprit = culprit;
    SimulatedTester tester(graph, truth, 1);
    const auto strategy = make_bayes_strategy(graph, with);
    const Trial trial = bisect_with(*strategy, tester);
    EXPECT_EQ(trial.found, culprit);
    return trial.builds;
  };
  EXPECT_LE(builds_to_find(301, options), 7U);
  EXPECT_GE(builds_to_find(301, {}), 10U);
  builds_to_find(302, options);  // next to what the weights prefer
  builds_to_find(555, options);
}

/// Weights over six orders of magnitude, with the truth among the lightest.
TEST(BayesStrategy, MisleadingWeightsCostButDoNotDecide) {
  constexpr size_t kCommits = 200;
  constexpr int kTrials = 100;
  const CommitGraph graph = linear(kCommits);
  for (const double rate : {1.0, 0.5}) {
    int right = 0;
    Random random(7);
    for (int trial = 0; trial < kTrials; ++trial) {
      BayesOptions options;
      for (size_t i = 0; i < kCommits; ++i) options.weights.push_back(std::pow(10, -6 * random.unit()));
      World truth;
      truth.rate = rate;
      truth.culprit = static_cast<CommitId>(random.below(kCommits));
      options.weights[*truth.culprit] = 1e-6;
      SimulatedTester tester(graph, truth, random.next());
      right += bisect_with(*make_bayes_strategy(graph, options), tester).found == truth.culprit ? 1 : 0;
    }
    EXPECT_GE(right, rate == 1 ? kTrials : kTrials - 2) << "at a rate of " << rate;
  }
}

TEST(BayesStrategy, WorkersSplitTheRange) {
  const CommitGraph graph = linear(1000);
  const auto strategy = make_bayes_strategy(graph, {});
  for (int i = 0; i < 5; ++i) strategy->record(0, RunOutcome::TargetCrash);
  const auto tests = strategy->propose(3);
  ASSERT_EQ(tests.size(), 3U);
  std::set<CommitId> commits;
  for (const auto& test : tests) commits.insert(test.commit);
  ASSERT_EQ(commits.size(), 3U);
  // Three tests cut the range in four parts of like size.
  CommitId before = 0;
  for (const CommitId commit : commits) {
    EXPECT_NEAR(commit - before, 250, 60);
    before = commit;
  }
  // What is in flight is not proposed again, and the rest completes it.
  const auto more = strategy->propose(2, std::vector<Proposal>{tests[0]});
  ASSERT_EQ(more.size(), 2U);
  for (const auto& test : more) EXPECT_NE(test.commit, tests[0].commit);
}

TEST(BayesStrategy, ARecordReplayedLeadsToTheSame) {
  const CommitGraph graph = with_merges(200, 9);
  World truth;
  truth.culprit = 77;
  truth.rate = 0.4;
  SimulatedTester tester(graph, truth, 5);
  const auto one = make_bayes_strategy(graph, {});
  const auto other = make_bayes_strategy(graph, {});  // is not asked in between
  while (one->status().state == SearchState::Searching) {
    const CommitId commit = one->propose(1).at(0).commit;
    const RunOutcome outcome = tester.run(commit);
    one->record(commit, outcome);
    other->record(commit, outcome);
    ASSERT_EQ(one->propose(3), other->propose(3));
  }
  EXPECT_EQ(other->status().confidence, one->status().confidence);
}

TEST(GitStrategy, BisectingLine) {
  EXPECT_EQ(bisecting_line(3, 2), "Bisecting: 3 revisions left to test after this (roughly 2 steps)");
  EXPECT_EQ(bisecting_line(1, 1), "Bisecting: 1 revision left to test after this (roughly 1 step)");
  EXPECT_EQ(bisecting_line(0, 0), "Bisecting: 0 revisions left to test after this (roughly 0 steps)");
}

TEST(Prior, Relevance) {
  PriorHints hints;
  hints.stack_files = {"net/core/net_namespace.c", "net/openvswitch/conntrack.c"};
  hints.can_matter = [](std::string_view path) { return !path.starts_with("arch/sparc/"); };
  struct Row {
    std::vector<std::string> files;
    Relevance expected;
  };
  const Row rows[] = {
      {{}, Relevance::Unlikely},
      {{"net/core/net_namespace.c", "include/net/net_namespace.h"}, Relevance::InStack},
      {{"net/core/dev.c"}, Relevance::Near},
      {{"net/core/sub/dev.c"}, Relevance::Ordinary},
      {{"Documentation/networking/x.rst"}, Relevance::Unlikely},
      {{"Documentation/networking/x.rst", "mm/slab.c"}, Relevance::Ordinary},
      {{"arch/sparc/kernel/head.S"}, Relevance::Irrelevant},
      {{"arch/sparc/kernel/head.S", "MAINTAINERS"}, Relevance::Unlikely},
  };
  for (const Row& row : rows) EXPECT_EQ(relevance_of(row.files, hints), row.expected);
}

TEST(Prior, Weights) {
  using R = Relevance;
  const std::vector<R> kinds = {R::Irrelevant, R::Unlikely, R::Ordinary, R::Ordinary, R::Near, R::InStack};
  const auto weights = weigh_by_relevance(kinds);
  EXPECT_EQ(weights[0], 0);
  EXPECT_GT(weights[1], 0);
  for (size_t i = 1; i < weights.size(); ++i) EXPECT_GE(weights[i], weights[i - 1]);
  EXPECT_EQ(weigh_by_relevance(std::vector<R>(3, R::Near)), (std::vector<double>(3, 0.2 / 3)));
}

TEST(Prior, ChangedFiles) {
  const auto graph = CommitGraph::from_rev_list("bad a\na good\n").value();
  const auto files = read_changed_files(graph, "commit a\nx.c\ny.c\n\ncommit zzz\nz.c\n\ncommit bad\n");
  EXPECT_EQ(files[graph.find("a").value()], (std::vector<std::string>{"x.c", "y.c"}));
  EXPECT_TRUE(files[graph.find("bad").value()].empty());
}

}  // namespace
}  // namespace ktriage

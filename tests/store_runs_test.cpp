#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "tests/store_samples.h"
#include "triage/store/stored_result.h"

namespace ktriage::test {
namespace {

class StoreRuns : public testing::Test {
 protected:
  StoreBench bench_;
};

TEST_F(StoreRuns, KeepsWhatARunFound) {
  ASSERT_EQ(bench_.run({bench_.log("a", {"widget_poll", "gadget_put"}), bench_.log("b", {"widget_poll"}),
                        bench_.log("c", {})}),
            "");
  const StoredState state = bench_.state();
  EXPECT_EQ(state.logs, 3);
  EXPECT_EQ(state.logs_with_crash, 2);
  EXPECT_FALSE(state.is_interrupted);
  ASSERT_EQ(state.clusters.size(), 2);
  const StoredCluster cluster = bench_.cluster("widget_poll");
  EXPECT_EQ(cluster.status, BugStatus::New);
  ASSERT_EQ(cluster.groups.size(), 1);
  const StoredGroup& group = cluster.groups[0];
  EXPECT_EQ(cluster.name, group.signature.id);
  const Representative& shown = group.representative;
  EXPECT_EQ(shown.member.file, "a");
  EXPECT_EQ(shown.member.end_byte, 500);
  EXPECT_EQ(shown.crash, R"({"title":"general protection fault in widget_poll"})");
  EXPECT_TRUE(shown.cleanness.sound);
  EXPECT_EQ(shown.severity, 3);
  ASSERT_TRUE(shown.guilty);
  EXPECT_EQ(shown.guilty->file, "drivers/widget.c");
  EXPECT_EQ(shown.guilty->line, 42);
  ASSERT_EQ(group.members.size(), 2);
  EXPECT_EQ(group.members[1].file, "b");
  EXPECT_EQ(group.members[1].kernel, "6.12.1");
  EXPECT_EQ(group.members[1].seen, SeenTime(std::chrono::seconds(1772446272)));
}

TEST_F(StoreRuns, SaysWhatIsNewGrownAndKnown) {
  bench_.run({bench_.log("a", {"widget_poll", "gadget_put"})});
  bench_.run({bench_.log("b", {"widget_poll", "gizmo_reset"})});
  EXPECT_EQ(bench_.cluster("gizmo_reset").status, BugStatus::New);
  EXPECT_EQ(bench_.cluster("widget_poll").status, BugStatus::Grown);
  EXPECT_EQ(bench_.cluster("gadget_put").status, BugStatus::Known);
  bench_.run({});
  for (const auto& cluster : bench_.state().clusters) EXPECT_EQ(cluster.status, BugStatus::Known) << cluster.name;
}

TEST_F(StoreRuns, NamesStayWhenAnotherClusterHasTheSameSignatureId) {
  bench_.run({bench_.log("a", {"widget_poll:1"})});
  const std::string name = bench_.cluster("widget_poll").name;
  bench_.run({bench_.log("b", {"widget_poll:1", "widget_poll:2"})});
  const StoredState state = bench_.state();
  ASSERT_EQ(state.clusters.size(), 2);
  EXPECT_EQ(state.clusters[0].name, name);
  EXPECT_EQ(StoreBench::members(state.clusters[0]).size(), 2);
  EXPECT_EQ(state.clusters[1].groups[0].signature.id, state.clusters[0].groups[0].signature.id);
  EXPECT_EQ(state.clusters[1].name, name + "-2");
}

TEST_F(StoreRuns, NearMissesAreKept) {
  StoreBench::Log other = bench_.log("b", {"widget_poll"});
  auto& frames = other.signatures[0].frames;
  frames[1].function = "another_caller";
  frames[2].function = "from_elsewhere";
  bench_.run({bench_.log("a", {"widget_poll"}), other});
  const StoredState state = bench_.state();
  ASSERT_EQ(state.clusters.size(), 2) << "too much alike for this test";
  ASSERT_EQ(state.clusters[0].near.size(), 1) << "too different for this test";
  EXPECT_EQ(state.clusters[0].near[0].cluster, 1);
  EXPECT_EQ(state.clusters[1].near[0].cluster, 0);
  EXPECT_GT(state.clusters[0].near[0].score, 0.4);
  EXPECT_NE(state.clusters[0].near[0].why.find("widget_poll"), std::string::npos);
  const TriageResult result = result_of(bench_.state());
  EXPECT_EQ(result.clusters[0].near[0].name, result.clusters[1].name);
}

TEST_F(StoreRuns, AChangedFileGivesUpWhatItNoLongerShows) {
  bench_.run({bench_.log("a", {"widget_poll", "gadget_put"}), bench_.log("b", {"widget_poll"})});
  StoreBench::Log changed = bench_.log("a", {"widget_poll", "gizmo_reset"});
  changed.record.digest = "other";
  bench_.run({changed});
  EXPECT_EQ(bench_.partition(), (std::vector<std::string>{"a@0 b@0 ", "a@1000 "}));
  EXPECT_EQ(bench_.cluster("widget_poll").status, BugStatus::Known);  // the same crash at the same place is not news
  EXPECT_EQ(bench_.cluster("gizmo_reset").status, BugStatus::New);
}

TEST_F(StoreRuns, AMovedFileIsNoFurtherCrash) {
  bench_.run({bench_.log("a", {"widget_poll"})});
  StoreBench::Log moved = bench_.log("b", {"widget_poll"});
  moved.record.digest = "a";
  bench_.run({moved});
  EXPECT_EQ(bench_.partition(), (std::vector<std::string>{"b@0 "}));
  EXPECT_EQ(bench_.cluster("widget_poll").status, BugStatus::Known);
}

TEST_F(StoreRuns, ACopyIsAFurtherCrash) {
  StoreBench::Log original = bench_.log("a", {"widget_poll"});
  original.record.path = bench_.file("original.log");
  std::ofstream(original.record.path) << "x";
  StoreBench::Log copy = bench_.log("b", {"widget_poll"});
  copy.record.digest = original.record.digest;
  bench_.run({original});
  bench_.run({copy});
  EXPECT_EQ(bench_.partition(), (std::vector<std::string>{"a@0 b@0 "}));
}

TEST_F(StoreRuns, AFileThatCannotBeReadIsAskedForAgainAndKeepsWhatItHad) {
  StoreBench::Log log = bench_.log("a", {"widget_poll"});
  bench_.run({log, bench_.log("b", {})});
  EXPECT_EQ(bench_.open(Access::ReadOnly)->known_files().size(), 2);
  StoreBench::Log failed = log;
  failed.record.crashes.clear();
  failed.signatures.clear();
  failed.record.digest.clear();
  failed.record.failed = "permission denied";
  bench_.run({failed});
  EXPECT_EQ(bench_.open(Access::ReadOnly)->known_files().size(), 1);
  EXPECT_EQ(bench_.partition(), (std::vector<std::string>{"a@0 "}));
  ASSERT_EQ(bench_.state().failed.size(), 1);
  EXPECT_EQ(bench_.state().failed[0].reason, "permission denied");
  bench_.run({log});
  EXPECT_TRUE(bench_.state().failed.empty());
}

TEST_F(StoreRuns, TheCleanestCrashStandsForTheBug) {
  StoreBench::Log clean = bench_.log("z", {"widget_poll"});
  clean.representatives[0].cleanness.symbolized = true;
  clean.representatives[0].crash = "{\"clean\":true}";
  bench_.run({bench_.log("b", {"widget_poll"})});
  bench_.run({clean, bench_.log("a", {"widget_poll"})});
  const Representative shown = bench_.cluster("widget_poll").groups[0].representative;
  EXPECT_EQ(shown.member.file, "z");
  EXPECT_EQ(shown.crash, "{\"clean\":true}");
}

TEST_F(StoreRuns, RemembersStamps) {
  bench_.run({bench_.log("a", {"widget_poll"})});
  auto store = bench_.open(Access::ReadWrite);
  EXPECT_EQ(store->known_files().at("/logs/a"), (FileStamp{200, 1000}));
  EXPECT_EQ(store->known_digest("/logs/a"), "a");
  EXPECT_EQ(store->known_digest("/logs/b"), "");
  store->begin_run("2026-11-24T10:00:00Z");
  store->touch("/logs/a", {7, 8});
  EXPECT_FALSE(store->commit());
  EXPECT_EQ(store->known_files().at("/logs/a"), (FileStamp{7, 8}));
}

/// Logs with bugs that are alike in pairs, some of them several times.
std::vector<StoreBench::Log> many_logs(const StoreBench& bench, size_t count) {
  std::vector<StoreBench::Log> out;
  for (size_t i = 0; i < count; ++i) {
    const std::string bug = "driver_op" + std::to_string(i % 37) + ":" + std::to_string(i % 3);
    out.push_back(bench.log("log" + std::to_string(i), {bug, "driver_op" + std::to_string(i % 11)}));
  }
  return out;
}

std::vector<std::string> names(const StoredState& state) {
  std::vector<std::string> out;
  for (const auto& cluster : state.clusters)
    out.push_back(cluster.name + " " + cluster.groups[0].representative.member.file);
  return out;
}

/// A run that commits often. Never returns.
[[noreturn]] void run_until_killed(const StoreBench& bench, const std::vector<StoreBench::Log>& logs) {
  auto store = bench.open(Access::ReadWrite);
  const auto known = store->known_files();
  store->begin_run("2026-11-24T10:00:00Z");
  size_t added = 0;
  for (const auto& log : logs) {
    if (known.contains(log.record.path)) continue;
    StoreBench::add(*store, log);
    if (++added % 7 == 0) store->commit();
  }
  store->finish_run(bench.pack().signatures, "2026-11-24T10:00:00Z");
  _exit(0);
}

TEST_F(StoreRuns, KilledAtAnyMomentAndRunAgainItEndsLikeARunThatWasNot) {
  const auto logs = many_logs(bench_, 400);
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_EQ(bench_.run(logs, "whole.db"), "");
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  std::minstd_rand random(17);
  size_t committed = 0;
  int kills = 0;
  // Each kill comes within half of what a whole run takes, so that most runs do not get through; the last is let alone.
  for (int status = -1; status != 0 || kills < 20;) {
    if (status == 0) {
      std::filesystem::remove(bench_.file());
      committed = 0;
    }
    const pid_t child = fork();
    if (child == 0) run_until_killed(bench_, logs);
    if (kills < 20) std::this_thread::sleep_for(random() % 1000 * whole / 2000);
    if (kills < 20) kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (status != 0) ++kills;
    // An empty file: killed before the first commit.
    if (!std::filesystem::exists(bench_.file()) || std::filesystem::file_size(bench_.file()) == 0) continue;
    auto store = Store::open(bench_.file(), Access::ReadWrite);
    ASSERT_TRUE(store) << store.errors().front().to_string();
    const size_t now = store.value()->known_files().size();
    EXPECT_GE(now, committed) << "lost what was committed";
    committed = now;
  }
  EXPECT_EQ(bench_.partition(), bench_.partition("whole.db"));
  EXPECT_EQ(names(bench_.state()), names(bench_.state("whole.db")));
  EXPECT_FALSE(bench_.state().is_interrupted);
}

TEST_F(StoreRuns, InMemoryItIsTheSame) {
  const auto logs = many_logs(bench_, 100);
  bench_.run(logs);
  auto store = Store::open_in_memory();
  ASSERT_TRUE(store);
  store.value()->begin_run("2026-11-24T10:00:00Z");
  for (const auto& log : logs) StoreBench::add(*store.value(), log);
  ASSERT_FALSE(store.value()->finish_run(bench_.pack().signatures, "2026-11-24T10:00:00Z"));
  const auto state = load_state(store.value()->database());
  ASSERT_TRUE(state);
  EXPECT_EQ(names(state.value()), names(bench_.state()));
}

TEST_F(StoreRuns, TheOrderOfFilesDoesNotMatter) {
  auto logs = many_logs(bench_, 200);
  bench_.run(logs, "forward.db");
  std::shuffle(logs.begin(), logs.end(), std::minstd_rand(3));
  bench_.run(logs, "shuffled.db");
  EXPECT_EQ(bench_.partition("shuffled.db"), bench_.partition("forward.db"));
  EXPECT_EQ(names(bench_.state("shuffled.db")), names(bench_.state("forward.db")));
}

TEST_F(StoreRuns, InPiecesItFindsTheSameBugsHere) {
  // Not guaranteed in general: the clearest may come last (docs/triage-store.md). These bugs are clear enough.
  const auto logs = many_logs(bench_, 200);
  bench_.run(logs, "whole.db");
  for (size_t at = 0; at < logs.size(); at += 50) {
    bench_.run({logs.begin() + static_cast<std::ptrdiff_t>(at), logs.begin() + static_cast<std::ptrdiff_t>(at) + 50});
  }
  EXPECT_EQ(bench_.partition(), bench_.partition("whole.db"));
}

TEST_F(StoreRuns, AnInterruptedRunSaysSo) {
  bench_.run({bench_.log("a", {"widget_poll"})});
  {
    auto store = bench_.open(Access::ReadWrite);
    store->begin_run("2026-11-24T10:00:00Z");
    StoreBench::add(*store, bench_.log("b", {"gadget_put"}));
    EXPECT_FALSE(store->commit());
  }
  EXPECT_TRUE(bench_.state().is_interrupted);
  EXPECT_EQ(bench_.state().clusters.size(), 1);
  bench_.run({});
  EXPECT_FALSE(bench_.state().is_interrupted);
  EXPECT_EQ(bench_.cluster("gadget_put").status, BugStatus::New);
}

TEST_F(StoreRuns, AddsUpToAResult) {
  StoreBench::Log second = bench_.log("b", {"widget_poll"});
  second.record.crashes[0].member.kernel = "6.1.2";
  second.record.crashes[0].member.seen = SeenTime(std::chrono::seconds(5));
  second.record.crashes[0].member.title = "another title";
  bench_.run({bench_.log("a", {"widget_poll", "gadget_put", "widget_poll"}), second});
  bench_.mark({bench_.cluster("widget_poll").name, "duplicate-of", bench_.cluster("gadget_put").name});
  const TriageResult result = result_of(bench_.state());
  EXPECT_EQ(result.logs, 2);
  ASSERT_EQ(result.clusters.size(), 2);
  EXPECT_EQ(result.clusters[0].title, "general protection fault in gadget_put");  // the other one is dealt with
  const Cluster& widget = result.clusters[1];
  EXPECT_EQ(widget.title, "general protection fault in widget_poll");
  EXPECT_EQ(widget.alt_titles, std::vector<std::string>{"another title"});
  EXPECT_EQ(widget.count, 3);
  EXPECT_EQ(widget.logs, 2);
  EXPECT_EQ(widget.severity, 3);
  EXPECT_EQ(widget.kernels, (std::vector<std::string>{"6.1.2", "6.12.1"}));
  EXPECT_EQ(widget.first_seen, SeenTime(std::chrono::seconds(5)));
  EXPECT_EQ(widget.last_seen, SeenTime(std::chrono::seconds(1772446272)));
  EXPECT_EQ(widget.status, "new");
  EXPECT_EQ(widget.mark, "duplicate-of " + result.clusters[0].name);
}

TEST_F(StoreRuns, SignaturesOfAnotherVersionAreRefused) {
  bench_.run({bench_.log("a", {"widget_poll"})});
  bench_.open(Access::ReadWrite)->database().execute("UPDATE signature SET json = json_set(json, '$.version', 99)");
  EXPECT_NE(bench_.run({}).find("other signatures"), std::string::npos);
}

}  // namespace
}  // namespace ktriage::test

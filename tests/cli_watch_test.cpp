// Live streams. Waits are generous and never assert that something is fast: test machines are loaded.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>

#include "cli/pause_schedule.h"
#include "tests/cli_process.h"
#include "tests/cli_samples.h"

namespace ktriage::test {
namespace {

using namespace std::chrono_literals;
using Pause = PauseSchedule::Pause;

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The fault without its end marker: nobody can know that it is complete.
std::string endless_fault_log() {
  const std::string log = fault_log();
  return log.substr(0, log.find("[   12.000019]"));
}

TEST(Watch, NamesACrashBeforeTheStreamEnds) {
  Process process({"watch", "--quiet-after", "100000"});
  process.write(clean_log() + fault_log());
  EXPECT_TRUE(process.wait_for_output("general protection fault in widget_poll"));
  process.write(warning_log());
  EXPECT_TRUE(process.wait_for_output("WARNING in gadget_put"));
  EXPECT_EQ(process.finish().exit, 1);
}

TEST(Watch, ACrashWithoutEndMarkerIsPrintedAfterSilence) {
  Process process({"watch", "--quiet-after", "0.2"});
  process.write(endless_fault_log());
  EXPECT_TRUE(process.wait_for_output("widget_poll"));
  EXPECT_EQ(process.finish().exit, 1);
}

TEST(Watch, AChattyConsoleDoesNotHoldACrashBack) {
  Process process({"watch", "--quiet-after", "100000"});
  process.write(fault_log());
  // Another task never lets the stream be silent for long.
  for (int i = 0; i < 10000 && process.seen().out.empty(); ++i) {
    process.write("[   13.000000][    T9] chatter\n");
    process.pause(10ms);
  }
  EXPECT_TRUE(contains(process.seen().out, "widget_poll"));
  EXPECT_EQ(process.finish().exit, 1);
}

TEST(Watch, WhatFollowsAPrintedCrashIsSwallowed) {
  Process process({"watch", "--json"});
  process.write(fault_log());
  ASSERT_TRUE(process.wait_for_output("widget_poll"));
  process.write("[   12.500000][  T311] Kernel panic - not syncing: Fatal exception\n");
  process.write("[   12.500001][  T311] Kernel Offset: disabled\n");
  const Ran ran = process.finish();
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
}

TEST(Watch, BytesWithoutPausesGiveWhatParseGives) {
  const std::string log = clean_log() + fault_log() + warning_log() + endless_fault_log();
  ASSERT_LT(log.size(), 4096U) << "one write to a pipe, one read from it";
  const Ran parsed = run_ktriage({"parse", "--json", "--all", "-"}, log);
  const Ran watched = run_ktriage({"watch", "--json"}, log);
  EXPECT_EQ(watched.out, parsed.out);
  EXPECT_EQ(watched.exit, parsed.exit);

  const TemporaryDirectory directory;
  const auto file = directory.write("console.log", log);
  EXPECT_EQ(run_ktriage({"watch", "--json", file}).out, run_ktriage({"parse", "--json", "--all", file}).out);
}

TEST(Watch, ExitStatusWithoutCrashAndWithoutFile) {
  EXPECT_EQ(run_ktriage({"watch"}, clean_log()).exit, 0);
  const Ran missing = run_ktriage({"watch", "/nonexistent"});
  EXPECT_EQ(missing.exit, 3);
  EXPECT_TRUE(contains(missing.err, "/nonexistent: cannot read: "));
  const Ran compressed = run_ktriage({"watch"}, std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\0", 10));
  EXPECT_EQ(compressed.exit, 3);
  EXPECT_TRUE(contains(compressed.err, "ktriage parse")) << compressed.err;
}

TEST(Watch, ASignalPrintsWhatIsPending) {
  for (const int number : {SIGINT, SIGTERM}) {
    Process process({"watch", "--quiet-after", "100000"});
    // The first crash shows that all has been read, the second one waits for its end.
    process.write(warning_log() + endless_fault_log());
    ASSERT_TRUE(process.wait_for_output("WARNING in gadget_put"));
    EXPECT_FALSE(contains(process.seen().out, "widget_poll"));
    process.send_signal(number);
    ASSERT_TRUE(process.wait_for_output("widget_poll"));
    EXPECT_EQ(process.finish().exit, 130);
  }
}

TEST(Parse, ASignalEndsItToo) {
  Process process({"parse", "--all"});
  process.write(fault_log() + "[   13.000000][  T311] widget: trying again\n" + fault_log());
  ASSERT_TRUE(process.wait_for_output("widget_poll"));
  process.send_signal(SIGINT);
  ASSERT_TRUE(process.wait_for_output("\n\n"));
  EXPECT_EQ(process.finish().exit, 130);
}

class Schedule : public testing::Test {
 protected:
  static PauseSchedule::Time at(std::chrono::milliseconds time) { return PauseSchedule::Time(time); }
  PauseSchedule schedule_{2s};
};

TEST_F(Schedule, NothingIsDueBeforeDataCame) {
  EXPECT_EQ(schedule_.time_left(at(5s)), std::nullopt);
  EXPECT_EQ(schedule_.due(at(5s)), Pause::None);
}

TEST_F(Schedule, SilenceIsAPauseOnceAndLongSilenceIsAnother) {
  schedule_.data_came(at(1000ms));
  EXPECT_EQ(schedule_.time_left(at(1010ms)), 40ms);
  EXPECT_EQ(schedule_.due(at(1049ms)), Pause::None);
  EXPECT_EQ(schedule_.due(at(1050ms)), Pause::OfEnded);
  EXPECT_EQ(schedule_.due(at(1100ms)), Pause::None);
  EXPECT_EQ(schedule_.time_left(at(1100ms)), 1900ms);
  EXPECT_EQ(schedule_.due(at(3000ms)), Pause::OfAll);
  EXPECT_EQ(schedule_.time_left(at(3000ms)), std::nullopt);
}

TEST_F(Schedule, DataThatKeepsComingPostponesAPauseOnlySoFar) {
  for (auto time = 1000ms; time < 1150ms; time += 10ms) {
    schedule_.data_came(at(time));
    EXPECT_EQ(schedule_.due(at(time)), Pause::None);
  }
  EXPECT_EQ(schedule_.due(at(1150ms)), Pause::OfEnded);
  schedule_.data_came(at(1160ms));
  EXPECT_EQ(schedule_.due(at(1170ms)), Pause::None);
}

TEST_F(Schedule, WhatWaitsToBeReadPostponesItFurther) {
  schedule_.data_came(at(1000ms));
  EXPECT_EQ(schedule_.due_behind(at(1999ms)), Pause::None);
  EXPECT_EQ(schedule_.due_behind(at(2000ms)), Pause::OfEnded);
  EXPECT_EQ(schedule_.due_behind(at(9000ms)), Pause::None);
}

TEST_F(Schedule, AnOverdueWaitIsNoWait) {
  schedule_.data_came(at(1000ms));
  EXPECT_EQ(schedule_.time_left(at(9000ms)), 0ms);
}

}  // namespace
}  // namespace ktriage::test

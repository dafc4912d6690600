// Which crash of a log follows from which, and what a log says about all of its crashes.

#include "parser/cause_finder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"

namespace ktriage {
namespace {

const Engine& engine() {
  static const Engine shared(load_default_pack());
  return shared;
}

/// "title" of each crash, with " <- cause: why" behind those that have one.
std::vector<std::string> crashes_of(const std::string& log) {
  std::vector<std::string> out;
  for (const auto& crash : parse_log(engine(), log)) {
    out.push_back(crash.title + (crash.caused_by ? " <- " + crash.caused_by->title + ": " + crash.caused_by->why : ""));
  }
  return out;
}

std::string warning(const std::string& prefix, const std::string& function) {
  return prefix + "WARNING: CPU: 0 PID: 7 at drivers/widget.c:12 " + function + "+0x1/0x2\n" + prefix +
         "CPU: 0 PID: 7 Comm: cat Not tainted 6.1.0 #1\n" + prefix + "RIP: 0010:" + function + "+0x1/0x2\n" + prefix +
         "Call Trace:\n" + prefix + " widget_open+0x1/0x2\n" + prefix + "---[ end trace 0000000000000000 ]---\n";
}

TEST(CauseFinder, TheSameTaskSoonAfter) {
  EXPECT_EQ(crashes_of(warning("[   10.000000][   T7] ", "widget_a") + warning("[   10.500000][   T7] ", "widget_b")),
            (std::vector<std::string>{"WARNING in widget_a",
                                      "WARNING in widget_b <- WARNING in widget_a: the same task crashed less than a "
                                      "second before"}));
  EXPECT_EQ(crashes_of(warning("[   10.000000][   T7] ", "widget_a") + warning("[   14.000000][   T7] ", "widget_b")),
            (std::vector<std::string>{"WARNING in widget_a", "WARNING in widget_b"}));
}

TEST(CauseFinder, InsideOfAnUnfinishedReport) {
  const std::string prefix = "[   10.000000][   T7] ";
  EXPECT_EQ(
      crashes_of(prefix + "BUG: KASAN: slab-use-after-free in widget_poll+0x4c/0x90\n" + prefix +
                 "Read of size 8 at addr ffff888008f3c410 by task cat/7\n" + warning(prefix, "stack_depot_fetch")),
      (std::vector<std::string>{"KASAN: slab-use-after-free Read in widget_poll",
                                "WARNING in stack_depot_fetch <- KASAN: slab-use-after-free Read in widget_poll: "
                                "it begins inside of that report"}));
}

TEST(CauseFinder, APanicThatSaysSo) {
  EXPECT_EQ(
      crashes_of(warning("[   10.000000][   T7] ", "widget_a") +
                 "[   19.000000][   C1] Kernel panic - not syncing: hung_task: blocked tasks\n"),
      (std::vector<std::string>{"WARNING in widget_a",
                                "kernel panic: hung_task: blocked tasks <- WARNING in widget_a: the panic says that "
                                "it follows from a crash"}));
  EXPECT_EQ(crashes_of("[   19.000000][   C1] Kernel panic - not syncing: hung_task: blocked tasks\n"),
            (std::vector<std::string>{"kernel panic: hung_task: blocked tasks"}));
}

TEST(Reboot, IsACrashOnlyBehindARunningKernelThatDidNotAnnounceIt) {
  const std::string running = "[    0.000000] Linux version 6.1.0 (x) #1\n[   41.500213] widget: hm\n";
  const std::string firmware = "SeaBIOS (version 1.16.2-debian-1.16.2-1)\nBooting from ROM...\nBooting the kernel.\n";
  EXPECT_EQ(crashes_of(running + firmware), std::vector<std::string>{"unexpected kernel reboot"});
  EXPECT_TRUE(crashes_of(firmware + running).empty());
  EXPECT_TRUE(crashes_of(running + "[   42.000000] reboot: Restarting system\n" + firmware).empty());
  EXPECT_TRUE(crashes_of(running + "[   42.000000] sysrq: Resetting\n" + firmware).empty());
  EXPECT_TRUE(crashes_of(running + "[   42.000000] fuseblk: Unknown parameter 'Decompressing Linux... '\n").empty());
  EXPECT_TRUE(crashes_of("[    0.000000] Linux version 6.1.0 (x) #1\n[    0.200000] a\n" + firmware).empty());
}

TEST(LogFacts, SomeLinesMakeTheWholeLogNobodysFault) {
  const char* lines[] = {"*** stack smashing detected ***: terminated", "INIT: PANIC: segmentation violation! sleeping",
                         "[   9.0] Out of memory: Killed process 77 (sshd) total-vm:1kB"};
  for (const std::string line : lines) {
    for (const auto& log :
         {line + "\n" + warning("[   10.000000] ", "widget_a"), warning("[   10.000000] ", "widget_a") + line + "\n"}) {
      std::vector<CrashReport> crashes;
      LogParser parser(engine(), [&](CrashReport&& crash) { crashes.push_back(std::move(crash)); });
      parser.push(log);
      parser.finish();
      ASSERT_EQ(crashes.size(), 1U) << line;
      parser.add_log_facts(crashes.front());
      EXPECT_TRUE(crashes.front().suppressed) << line;
    }
  }
  EXPECT_EQ(crashes_of("[   9.0] Out of memory: Killed process 77 (cat) total-vm:1kB\n").size(), 0U);
}

}  // namespace
}  // namespace ktriage

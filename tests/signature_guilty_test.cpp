// Which function is at fault, where the innermost frame that is no machinery is not the answer.

#include <gtest/gtest.h>

#include "parser/guilty.h"
#include "rules/pack_loader.h"
#include "tests/signature_samples.h"

namespace ktriage::test {
namespace {

std::string guilty(const CrashReport& report) {
  static const RulePack pack = load_default_pack();
  static const GuiltyFinder finder(pack);
  const auto found = finder.find(report);
  return found ? found->function : std::string();
}

CrashReport race(const std::string& first, const std::string& second) {
  CrashReport report;
  report.type = "KCSAN-DATARACE";
  report.title = "KCSAN: data-race in widget_get / widget_set";
  report.stacks = {stack_of(StackRole::Crash, {"widget_set", "kthread"}),
                   stack_of(StackRole::Crash, {"widget_get", "vfs_read"})};
  report.stacks[0].header = first + " to 0xffff888008f3c410 of 8 bytes by task 49 on cpu 0:";
  report.stacks[1].header = second + " to 0xffff888008f3c410 of 8 bytes by task 47 on cpu 1:";
  return report;
}

TEST(Guilty, RaceIsTheFaultOfTheUnmarkedSide) {
  struct Row {
    const char *set, *get, *guilty;
  };
  const Row rows[] = {
      {"write (marked)", "read", "widget_get"},
      {"write", "read (marked)", "widget_set"},
      {"write", "read", "widget_get"},  // plain writes are taken for atomic
      {"read-write", "read", "widget_set"},
      {"write", "assert no writes", "widget_set"},
      {"assert no accesses", "read (marked)", "widget_get"},
  };
  for (const auto& row : rows) EXPECT_EQ(guilty(race(row.set, row.get)), row.guilty) << row.set << " / " << row.get;
}

TEST(Guilty, AllocatorsAssertionIsTheFaultOfWhoFreed) {
  auto report = race("assert no accesses", "read");
  report.stacks[0].frames.insert(report.stacks[0].frames.begin(), stack_of(StackRole::Crash, {"kfree"}).frames[0]);
  EXPECT_EQ(guilty(report), "widget_set");
}

TEST(Guilty, JumpToNowhereIsTheFaultOfTheCaller) {
  auto report = crash_of("BUG: unable to handle kernel paging request in corrupted",
                         {"", "?widget_call", "?widget_poll", "vfs_read"});
  report.stacks[0].frames[0].at_fault = true;
  report.stacks[0].frames[0].address = 0xffffffff12345678;
  EXPECT_EQ(guilty(report), "widget_call") << "the return address is on top, though nobody vouches for it";

  report = crash_of("BUG: unable to handle kernel paging request in widget_data", {"widget_data+0", "widget_call"});
  report.stacks[0].frames[0].at_fault = true;
  EXPECT_EQ(guilty(report), "widget_data");
  report.report = "BUG: unable to handle page fault\n#PF: supervisor instruction fetch in kernel mode\n";
  EXPECT_EQ(guilty(report), "widget_call") << "data were executed";
}

TEST(Guilty, CallThatNeverReturnsNamesTheNextFunction) {
  EXPECT_EQ(guilty(crash_of("kernel panic: no", {"panic", "widget_next+0", "widget_probe"})), "widget_probe");
}

TEST(Guilty, WhoPrintsUnderALockIsAtFaultNotThePrinting) {
  EXPECT_EQ(guilty(crash_of("WARNING: locking bug in probe_console",
                            {"lock_acquire", "_raw_spin_lock_irqsave", "probe_console", "printk_sprint",
                             "vprintk_store", "vprintk_emit", "_printk", "widget_warn", "widget_probe"})),
            "widget_warn");
}

TEST(Guilty, LinkRegisterHoldsTheCallerOfALeaf) {
  auto report = crash_of("BUG: unable to handle kernel paging request in widget_copy", {"memcpy", "vfs_read"});
  report.report = "pc : memcpy+0x10/0x40\nlr : widget_copy+0x34/0x44\n";
  EXPECT_EQ(guilty(report), "widget_copy");
}

TEST(Guilty, MessagesNameTheFunction) {
  struct Row {
    const char *title, *line, *guilty;
  };
  const Row rows[] = {
      {"kernel panic: stack is corrupted in widget_read",
       "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: widget_read+0x48/0x50",
       "widget_read"},
      {"WARNING: lock held when returning to user space in widget_lock",
       " #0: ffffffff823470c8 (widget_mutex){+.+.}-{4:4}, at: widget_lock+0xe/0x10", "widget_lock"},
      {"BUG: workqueue leaked lock or atomic in widget_work",
       "     preempt=0x00000000 lock=0->1 RCU=0->0 workfn=widget_work", "widget_work"},
      {"BUG: soft lockup in noticed_here", "    in-flight: 6:widget_work", "noticed_here"},  // another sort of crash
  };
  for (const auto& row : rows) {
    auto report = crash_of(row.title, {"noticed_here"});
    report.report = row.line;
    EXPECT_EQ(guilty(report), row.guilty) << row.title;
  }
}

TEST(Guilty, WorkInFlightCountsWhereNoStackSaysMore) {
  auto report = crash_of("BUG: workqueue lockup", {});
  report.report = "    in-flight: 6:widget_work\n";
  EXPECT_EQ(guilty(report), "widget_work");
  report.stacks[0] = stack_of(StackRole::Crash, {"widget_spin", "widget_work"});
  EXPECT_EQ(guilty(report), "widget_spin");
}

}  // namespace
}  // namespace ktriage::test

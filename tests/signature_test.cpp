#include "signatures/signature.h"

#include <gtest/gtest.h>

#include "rules/pack_loader.h"
#include "tests/signature_samples.h"

namespace ktriage::test {
namespace {

const RulePack& pack() {
  static const RulePack pack = load_default_pack();
  return pack;
}

Signature sign(const CrashReport& report) { return Signer(pack()).sign(report); }

std::string functions(const Signature& signature) {
  std::string out;
  for (const auto& frame : signature.frames) out += (out.empty() ? "" : " ") + frame.function;
  return out;
}

const std::string kTitle = "general protection fault in widget_poll";

TEST(Signature, HoldsOnlyWhatSaysSomething) {
  struct Row {
    const char* what;
    std::initializer_list<std::string> frames;
    const char* expected;
  };
  const Row rows[] = {
      {"the ways into a system call are cut off", {"widget_poll", "vfs_read", "do_syscall_64"}, "widget_poll vfs_read"},
      {"a system call has one name", {"widget_poll", "ksys_read", "__x64_sys_read"}, "widget_poll sys_read"},
      {"compilers' suffixes are no part of a name", {"widget_poll.isra.0.cold", "vfs_read"}, "widget_poll vfs_read"},
      {"machinery is passed over", {"dump_stack_lvl", "kasan_report", "widget_poll"}, "widget_poll"},
      {"what was interrupted is not the crash's", {"widget_tick", "call_timer_fn", "do_exit"}, "widget_tick"},
      {"an interrupt on top is", {"asm_sysvec_apic_timer_interrupt", "widget_spin"}, "widget_spin"},
      {"unreliable frames are left out", {"widget_poll", "?old_call", "vfs_read"}, "widget_poll vfs_read"},
      {"unless there are no others", {"?widget_poll", "?widget_call"}, "widget_poll widget_call"},
      {"recursion counts once", {"walk", "walk", "visit", "walk", "start"}, "walk visit start"},
      {"a call that never returns names its neighbour",
       {"widget_die", "neighbour+0", "vfs_read"},
       "widget_die vfs_read"},
      {"a fault at a function's start is real", {"widget_poll+0", "vfs_read"}, "widget_poll vfs_read"},
      {"inlined functions count", {"widget_get [inline]", "widget_poll"}, "widget_get widget_poll"},
  };
  for (const auto& row : rows) EXPECT_EQ(functions(sign(crash_of(kTitle, row.frames))), row.expected) << row.what;
}

TEST(Signature, LeafFunctionsCallerComesFromTheLinkRegister) {
  auto report = crash_of(kTitle, {"widget_poll", "vfs_read"});
  report.report = "pc : widget_poll+0x0/0x14\nlr : widget_scan+0x34/0x44\n";
  EXPECT_EQ(functions(sign(report)), "widget_poll widget_scan vfs_read");
  report.report = "pc : widget_poll+0x0/0x14\nlr : widget_poll+0x4/0x44\n";
  EXPECT_EQ(functions(sign(report)), "widget_poll vfs_read") << "the function has called others since";
  report.report = " ra : widget_scan+0x0/0x44\n";
  EXPECT_EQ(functions(sign(report)), "widget_poll vfs_read") << "the end of a function that never returns";
}

TEST(Signature, IdSurvivesWhatIsNotTheBug) {
  const Signature one = sign(crash_of(kTitle, {"widget_poll+4a", "vfs_read", "do_syscall_64"}));
  const Signature rows[] = {
      sign(crash_of("KASAN: slab-use-after-free Read in widget_poll",
                    {"kasan_report", "widget_poll.part.0", "vfs_read"})),
      sign(crash_of("BUG: unable to handle kernel paging request in widget_poll", {"widget_poll+8", "do_el0_svc"})),
      sign(crash_of(kTitle, {"widget_poll [widget]", "other_way"})),
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.id, one.id);
    EXPECT_EQ(row.family, one.family);
  }
  EXPECT_EQ(one.id.size(), 12U);
  EXPECT_EQ(one.family.size(), 8U);
}

TEST(Signature, IdTellsBugsApart) {
  const Signature one = sign(crash_of(kTitle, {"widget_poll", "vfs_read"}));
  const Signature other_site = sign(crash_of("general protection fault in widget_read", {"widget_read", "vfs_read"}));
  const Signature other_kind = sign(crash_of("WARNING in widget_poll", {"widget_poll", "vfs_read"}));
  EXPECT_NE(other_site.id, one.id);
  EXPECT_NE(other_site.family, one.family);
  EXPECT_NE(other_kind.id, one.id);
  EXPECT_EQ(other_kind.family, one.family);
}

TEST(Signature, ModuleIsPartOfTheIdWhereTheFunctionSaysNothing) {
  const Signature a = sign(crash_of("WARNING in init_module", {"init_module [alpha]"}));
  const Signature b = sign(crash_of("WARNING in init_module", {"init_module [beta]"}));
  EXPECT_NE(a.id, b.id);
  EXPECT_EQ(a.module, "alpha");
}

TEST(Signature, RaceIsNamedByBothInAnyOrder) {
  auto race = [](const char* first, const char* second) {
    CrashReport report;
    report.title = "KCSAN: data-race in a_write / b_read";
    report.stacks = {stack_of(StackRole::Crash, {first}), stack_of(StackRole::Crash, {second})};
    return sign(report);
  };
  EXPECT_EQ(race("b_read", "a_write").anchor, "a_write / b_read");
  EXPECT_EQ(race("b_read", "a_write").id, race("a_write", "b_read").id);
}

TEST(Signature, PanicIsNamedByItsMessage) {
  auto report = crash_of("kernel panic: no reply", {"panic", "widget_die"});
  EXPECT_EQ(sign(report).anchor, "kernel panic: no reply");
}

TEST(Signature, CorruptedNeverHasTheIdOfASoundOne) {
  auto sound = crash_of(kTitle, {"widget_poll", "vfs_read"});
  auto torn = sound;
  torn.corrupted_reason = "title cut off";
  EXPECT_NE(sign(torn).id, sign(sound).id);
  EXPECT_EQ(sign(torn).family, sign(sound).family);
}

TEST(Signature, CorruptedWithoutFramesIsToldByItsMessage) {
  auto at = [](const char* line) {
    auto report = crash_of("kernel BUG in corrupted", {});
    report.report = std::string("kernel BUG at ") + line + "\n";
    return sign(report);
  };
  EXPECT_EQ(at("widget.c:12!").id, at("widget.c:12!").id);
  EXPECT_NE(at("widget.c:12!").id, at("widget.c:99!").id);
}

TEST(Signature, ObjectsStacksAreKept) {
  auto report = crash_of("KASAN: slab-use-after-free Read in widget_poll", {"widget_poll"});
  report.stacks.push_back(stack_of(StackRole::Allocation, {"kasan_save_stack", "__kmalloc", "widget_new"}));
  report.stacks.push_back(stack_of(StackRole::Free, {"kfree", "widget_drop", "vfs_write"}));
  const Signature signature = sign(report);
  EXPECT_EQ(signature.allocation, std::vector<std::string>{"widget_new"});
  EXPECT_EQ(signature.free, (std::vector<std::string>{"widget_drop", "vfs_write"}));
}

TEST(Signature, NothingToGoByIsNoCrash) {
  const Signature empty = sign(CrashReport());
  EXPECT_EQ(empty.id.size(), 12U);
  EXPECT_TRUE(empty.frames.empty());
}

}  // namespace
}  // namespace ktriage::test

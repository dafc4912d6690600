// Stacks: which frames stand in which stack, and what each stack says about the crash. With the default pack's console
// rules.

#include "parser/stack_extractor.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "rules/pack_loader.h"

namespace ktriage {
namespace {

const ConsoleRules& console() {
  static const RulePack pack = load_default_pack();
  return pack.console;
}

/// A stack as "crash: f g ?h (i)": its role, then its frames; `?` for unreliable ones, parentheses for inlined ones.
std::string describe(const Stack& stack) {
  static constexpr const char* kRoles[] = {"crash",  "allocation", "free",    "auxiliary",
                                           "origin", "lock chain", "per-cpu", "other"};
  std::ostringstream out;
  out << kRoles[static_cast<size_t>(stack.role)] << ":";
  for (const auto& frame : stack.frames) {
    out << " " << (frame.reliable ? "" : "?") << (frame.inlined ? "(" + frame.function + ")" : frame.function);
  }
  return out.str();
}

struct Case {
  const char* what;
  std::string text;
  std::vector<std::string> stacks;
};

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    const ReportText text(c.text, console());
    std::vector<std::string> actual;
    for (const auto& stack : extract_stacks(text, console())) actual.push_back(describe(stack));
    EXPECT_EQ(actual, c.stacks) << c.what << ":\n" << c.text;
  }
}

TEST(StackExtractor, ATraceIsAStack) {
  check({
      {"none", "BUG: x\nCPU: 0\n", {}},
      {"one", "BUG: x\nCall Trace:\n f+0x1/0x2\n g+0x1/0x2\n", {"crash: f g"}},
      {"marks between frames",
       "Call Trace:\n <IRQ>\n f+0x1/0x2\n </IRQ>\n <TASK>\n g+0x1/0x2\n </TASK>\n",
       {"crash: f g"}},
      {"unreliable frames stay", "Call Trace:\n ? f+0x1/0x2\n g+0x1/0x2\n", {"crash: ?f g"}},
      {"without a header", "BUG: x\n f+0x1/0x2\n g+0x1/0x2\n", {"crash: f g"}},
      {"a header without frames is no stack", "Call Trace:\nCode: 00\n", {}},
      {"two", "Call Trace:\n f+0x1/0x2\nCall Trace:\n g+0x1/0x2\n", {"crash: f", "crash: g"}},
      {"old spelling", "Call trace:\n[<ffffffff81000000>] f+0x1/0x2\n", {"crash: f"}},
  });
}

TEST(StackExtractor, TheInstructionPointerAboveATraceIsItsInnermostFrame) {
  check({
      {"x86", "RIP: 0010:f+0x1/0x2\nCode: 00\nCall Trace:\n g+0x1/0x2\n", {"crash: f g"}},
      {"x86, 32 bits", "EIP: f+0x1/0x2\nCall Trace:\n g+0x1/0x2\n", {"crash: f g"}},
      {"arm64", "pc : f+0x1/0x2\nlr : h+0x1/0x2\nCall trace:\n f+0x1/0x2\n g+0x1/0x2\n", {"crash: f f g"}},
      {"powerpc",
       "NIP [c000000000167d98] f+0x1/0x2\nCall Trace:\n[c00000000b3f7a80] [c000000000167d60] g+0x1/0x2\n",
       {"crash: f g"}},
      {"riscv", "epc : f+0x1/0x2\n ra : h+0x1/0x2\nCall Trace:\n[<ffffffff80001234>] g+0x1/0x2\n", {"crash: f g"}},
      {"alone", "BUG: x\nRIP: 0010:f+0x1/0x2\n", {"crash: f"}},
      {"in user space: nothing", "Call Trace:\n f+0x1/0x2\nRIP: 0033:0x47b7a0\nR13: 0\n", {"crash: f"}},
      {"inside of a trace it stands where it was printed",
       "Call Trace:\n <IRQ>\n f+0x1/0x2\n </IRQ>\nRIP: 0010:g+0x1/0x2\n h+0x1/0x2\n",
       {"crash: f g h"}},
      {"x86 prints it again behind the end",
       "Call Trace:\n f+0x1/0x2\n---[ end trace 0123456789abcdef ]---\nRIP: 0010:f+0x1/0x2\n",
       {"crash: f"}},
      {"with inlined functions above it",
       "RIP: 0010:f lib/a.c:12 [inline]\nRIP: 0010:g+0x1/0x2 lib/a.c:20\nCall Trace:\n h+0x1/0x2\n",
       {"crash: (f) g h"}},
  });
}

TEST(StackExtractor, InlinedFunctionsAreFrames) {
  check({
      {"a chain",
       "Call Trace:\n f lib/a.h:1 [inline]\n g lib/b.h:2 [inline]\n h+0x1/0x2 lib/c.c:3\n i+0x1/0x2 lib/d.c:4\n",
       {"crash: (f) (g) h i"}},
      {"old form",
       "Call Trace:\n [<     inline     >] f lib/a.h:1\n [<ffffffff81000000>] g+0x1/0x2 lib/b.c:2\n",
       {"crash: (f) g"}},
  });
}

TEST(StackExtractor, HeadersTellTheRole) {
  check({
      {"KASAN",
       "BUG: KASAN: x\nCall Trace:\n f+0x1/0x2\n\nAllocated by task 12:\n a+0x1/0x2\n\nFreed by task 12:\n "
       "b+0x1/0x2\n\n"
       "Last potentially related work creation:\n c+0x1/0x2\n\nThe buggy address belongs to the object\n",
       {"crash: f", "allocation: a", "free: b", "auxiliary: c"}},
      {"KFENCE",
       "BUG: KFENCE: x\nf+0x1/0x2\n\nallocated by task 12 on cpu 1 at 1.5s:\n a+0x1/0x2\n\nfreed by task 12 on cpu 1 "
       "at 1.6s:\n b+0x1/0x2\n",
       {"crash: f", "allocation: a", "free: b"}},
      {"KMSAN",
       "BUG: KMSAN: x\n f+0x1/0x2\n\nUninit was stored to memory at:\n a+0x1/0x2\n\nUninit was created at:\n "
       "b+0x1/0x2\n",
       {"crash: f", "origin: a", "origin: b"}},
      {"a leak",
       "BUG: memory leak\nunreferenced object 0xffff888012345678 (size 32):\n  backtrace:\n    [<00000000abcdef01>] "
       "a+0x1/0x2\n",
       {"allocation: a"}},
      {"a leak since 6.10", "BUG: memory leak\n  backtrace (crc 1234abcd):\n    a+0x1/0x2\n", {"allocation: a"}},
      {"lockdep",
       "WARNING: x\n-> #1 (&a){+.+.}-{3:3}:\n       f+0x1/0x2\n-> #0 (&b){+.+.}-{3:3}:\n       g+0x1/0x2\nstack "
       "backtrace:\n h+0x1/0x2\n",
       {"lock chain: f", "lock chain: g", "crash: h"}},
      {"other CPUs, each with a pointer of its own",
       "NMI backtrace for cpu 1\nCPU: 1\nRIP: 0010:f+0x1/0x2\nCall Trace:\n g+0x1/0x2\nNMI backtrace for cpu 2\nRIP: "
       "0010:h+0x1/0x2\nCall Trace:\n i+0x1/0x2\n",
       {"per-cpu: f g", "per-cpu: h i"}},
  });
}

TEST(StackExtractor, ArmNamesTheOutermostCallerOnce) {
  check({
      {"since 5.16", "Backtrace:\n f from g+0x1/0x2\n g from h+0x1/0x2\n", {"crash: f g h"}},
      {"before", "Backtrace:\n[<c010f0e8>] (f) from [<c010b6fc>] (g+0x1/0x2)\n", {"crash: f g"}},
  });
}

TEST(StackExtractor, FramesKeepTheirFacts) {
  const ReportText text("Call Trace:\n[<ffffffffa0001234>] f.isra.0+0x1a/0x2b [kvm 0123456789abcdef] virt/kvm.c:12\n",
                        console());
  const auto stacks = extract_stacks(text, console());
  ASSERT_EQ(stacks.size(), 1U);
  EXPECT_EQ(stacks[0].header, "Call Trace:");
  ASSERT_EQ(stacks[0].frames.size(), 1U);
  const Frame& frame = stacks[0].frames[0];
  EXPECT_EQ(frame.function, "f.isra.0");
  EXPECT_EQ(frame.offset, 0x1aU);
  EXPECT_EQ(frame.size, 0x2bU);
  EXPECT_EQ(frame.address, 0xffffffffa0001234U);
  EXPECT_EQ(frame.module, "kvm");
  EXPECT_EQ(frame.build_id, "0123456789abcdef");
  EXPECT_EQ(frame.file, "virt/kvm.c");
  EXPECT_EQ(frame.line, 12U);
}

}  // namespace
}  // namespace ktriage

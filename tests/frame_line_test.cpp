// Frame lines: what each architecture's unwinder prints is a frame, and what only looks a little like it is none.

#include "parser/frame_line.h"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {
namespace {

/// "func+1/2 @ffffffff81000000 [module build-id] file:12 from caller inlined unreliable", without what is absent.
std::string describe(const std::optional<FrameView>& frame) {
  if (!frame) return "no frame";
  std::ostringstream out;
  out << frame->function << std::hex;
  if (frame->offset) out << "+" << *frame->offset;
  if (frame->size) out << "/" << *frame->size;
  if (frame->address) out << " @" << *frame->address;
  if (!frame->module.empty()) out << " [" << frame->module;
  if (!frame->build_id.empty()) out << " " << frame->build_id;
  if (!frame->module.empty()) out << "]";
  if (!frame->file.empty()) out << " " << frame->file << ":" << std::dec << frame->line;
  if (!frame->caller.empty()) out << " from " << frame->caller;
  if (frame->inlined) out << " inlined";
  if (!frame->reliable) out << " unreliable";
  return out.str();
}

struct Case {
  std::string_view line;
  std::string_view frame;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [line, frame] : cases) EXPECT_EQ(describe(parse_frame_line(line)), frame) << "in '" << line << "'";
}

TEST(FrameLine, SymbolWithOffset) {  // x86, arm64, loongarch, riscv since 5.14
  check({
      {" dump_stack_lvl+0x33/0x42", "dump_stack_lvl+33/42"},
      {"dump_stack+0x1f/0x2a0", "dump_stack+1f/2a0"},
      {"\tdump_stack+0x1f/0x2a0", "dump_stack+1f/2a0"},
      {" ? dump_stack+0x1f/0x2a0", "dump_stack+1f/2a0 unreliable"},
      {" entry_SYSCALL_64_after_hwframe+0x4b/0xb5", "entry_SYSCALL_64_after_hwframe+4b/b5"},
      {" foo.isra.0.cold+0x101/0x106", "foo.isra.0.cold+101/106"},
      {" __pfx_foo+0x10/0x10", "__pfx_foo+10/10"},
      {" 0xffffffffa0000000", "no frame"},
      {" foo+0x1f", "foo+1f"},
      {" foo+0x10/0x20 ", "foo+10/20"},
      {" ret_from_fork+0x10/0x20 (P)", "ret_from_fork+10/20"},  // arm64 since 6.13: what kind of entry
  });
}

TEST(FrameLine, ModulesAndBuildIds) {
  check({
      {" btrfs_search+0x1/0x2 [btrfs]", "btrfs_search+1/2 [btrfs]"},
      {" nv_open+0x1/0x2 [nvidia(PO)]", "nv_open+1/2 [nvidia]"},
      {" snd_x+0x1/0x2 [snd-hda]", "snd_x+1/2 [snd-hda]"},
      {" f+0x1/0x2 [kvm 0123456789abcdef0123456789abcdef01234567]",
       "f+1/2 [kvm 0123456789abcdef0123456789abcdef01234567]"},
      {" f+0x1/0x2 [kvm(O) 0123456789abcdef]", "f+1/2 [kvm 0123456789abcdef]"},
      {" ? f+0x1/0x2 [kvm]", "f+1/2 [kvm] unreliable"},
  });
}

TEST(FrameLine, SourcePositions) {  // as syzkaller, decode_stacktrace.sh and newer kernels write them
  check({
      {" f+0x1/0x2 net/core/dev.c:123", "f+1/2 net/core/dev.c:123"},
      {" f+0x1/0x2 net/core/dev.c:123:7", "f+1/2 net/core/dev.c:123"},
      {" f+0x1/0x2 (net/core/dev.c:123)", "f+1/2 net/core/dev.c:123"},
      {" f+0x1/0x2 (net/core/dev.c:123) kvm", "f+1/2 net/core/dev.c:123"},
      {" f+0x1/0x2 [kvm] virt/kvm/kvm_main.c:12", "f+1/2 [kvm] virt/kvm/kvm_main.c:12"},
      {" f+0x1/0x2 virt/kvm/kvm_main.c:12 [kvm]", "f+1/2 [kvm] virt/kvm/kvm_main.c:12"},
      {" f+0x1/0x2 /abs/path-x/dev.c:123", "f+1/2 /abs/path-x/dev.c:123"},
      {" f net/core/dev.c:123 [inline]", "f net/core/dev.c:123 inlined"},
      {" f net/core/dev.c:123", "f net/core/dev.c:123"},
      {" f arch/x86/include/asm/atomic.h:27 [inline]", "f arch/x86/include/asm/atomic.h:27 inlined"},
  });
}

TEST(FrameLine, BracketedAddress) {  // x86 before 4.11, riscv, mips, s390
  check({
      {" [<ffffffff81000000>] dump_stack+0x1/0x2", "dump_stack+1/2 @ffffffff81000000"},
      {" [<ffffffff81000000>] ? dump_stack+0x1/0x2", "dump_stack+1/2 @ffffffff81000000 unreliable"},
      {"[<ffffffff81000000>] f+0x1/0x2 [kvm]", "f+1/2 @ffffffff81000000 [kvm]"},
      {"[<ffffffff81000000>] dump_stack", "dump_stack @ffffffff81000000"},
      {"[<c0101234>] do_one_initcall+0x1/0x2", "do_one_initcall+1/2 @c0101234"},
      {" [<     inline     >] f net/core/dev.c:12", "f net/core/dev.c:12 inlined"},
      {" [<ffffffff81000000>] f+0x1/0x2 net/core/dev.c:12", "f+1/2 @ffffffff81000000 net/core/dev.c:12"},
      {"[<(____ptrval____)>] f+0x1/0x2", "f+1/2"},
      {"([<000000000010a2b2>] show_stack+0x1/0x2)", "show_stack+1/2 @10a2b2"},
      {" [<000000000010a2b2>] show_stack+0x1/0x2 ", "show_stack+1/2 @10a2b2"},
      {"[<900000000020b8c0>] show_stack+0x38/0x14c", "show_stack+38/14c @900000000020b8c0"},
  });
}

TEST(FrameLine, Arm) {
  check({
      {"[<c010f0e8>] (unwind_backtrace) from [<c010b6fc>] (show_stack+0x10/0x14)",
       "unwind_backtrace @c010f0e8 from show_stack"},
      {"[<c010f0e8>] (f [kvm]) from [<c010b6fc>] (g+0x10/0x14)", "f @c010f0e8 [kvm] from g"},
      {"[<bf000010>] (f+0x10/0x20 [kvm]) from [<c010b6fc>] (g+0x10/0x14)", "f+10/20 @bf000010 [kvm] from g"},
      {" unwind_backtrace from show_stack+0x10/0x14", "unwind_backtrace from show_stack"},
      {" dump_backtrace from show_stack+0x20/0x24", "dump_backtrace from show_stack"},
  });
}

TEST(FrameLine, Powerpc) {
  check({
      {"[c000000002a3b9e0] [c00000000013a4e4] f+0x1/0x2", "f+1/2 @c00000000013a4e4"},
      {"[c000000002a3b9e0] [c00000000013a4e4] f+0x1/0x2 (unreliable)", "f+1/2 @c00000000013a4e4 unreliable"},
      {"[c000000002a3b9e0] [c00800000013a4e4] f+0x1/0x2 [kvm]", "f+1/2 @c00800000013a4e4 [kvm]"},
      {"[c000000002a3b9e0] [c00000000013a4e4] .f+0x1/0x2", ".f+1/2 @c00000000013a4e4"},  // ABI v1
  });
}

TEST(FrameLine, RustAndCpp) {
  check({
      {" _RNvNtCs1234_6kernel5panic+0x1/0x2", "_RNvNtCs1234_6kernel5panic+1/2"},
      {" _ZN4core9panicking5panic17h0123456789abcdefE+0x1/0x2", "_ZN4core9panicking5panic17h0123456789abcdefE+1/2"},
      {" <a::B as c::D>::e+0x1/0x2", "<a::B as c::D>::e+1/2"},
      {" core::fmt::write+0x1/0x2", "core::fmt::write+1/2"},
      {" _ZN4core3ptr85drop_in_place$LT$x$GT$E+0x1/0x2", "_ZN4core3ptr85drop_in_place$LT$x$GT$E+1/2"},
  });
}

TEST(FrameLine, OtherLinesAreNone) {
  for (const std::string_view line : {
           "",
           " ",
           "   f",
           "foo",
           "foo bar",
           " <IRQ>",
           " </TASK>",
           " <TASK>",
           "Call Trace:",
           "RIP: 0010:f+0x1/0x2",
           "CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1",
           "Code: 48 89 e5 <0f> 0b",
           "RAX: 0000000000000000 RBX: ffff888000000000",
           "---[ end trace 0123456789abcdef ]---",
           "Modules linked in: kvm loop",
           "==================================================================",
           "BUG: KASAN: use-after-free in f+0x1/0x2",
           "kernel BUG at mm/slab.c:123!",
           "kernel/sched/core.c:123 f",
           "R13: 0000000000000000 R14: 0000000000000001",
           " 0x12345678",
           " ffffffff81000000",
           " 12+0x1/0x2",
           "[<12345>] f+0x1/0x2",            // too short for an address
           "[<ffffffff81000000] f+0x1/0x2",  // torn
           "[<ffffffff81000000>",
           "[<ffffffff81000000>] f g",
           "[ffffffff81000000]",
           "(f+0x1/0x2)",
           "f+1/2",  // no hexadecimal mark
           "f+BUG: x",
           "init: reading from disk",  // arm's "f from g" is of two names only
           "? e",
           "ff11000000c73d70: bb bb bb bb bb bb bb bb",
       }) {
    check({{line, "no frame"}});
  }
}

TEST(FrameLine, SymbolBehindAnInstructionPointer) {
  const std::vector<Case> cases = {
      {"f+0x1/0x2", "f+1/2"},
      {" f+0x1/0x2 [kvm]", "f+1/2 [kvm]"},
      {"f+0x1/0x2 net/core/dev.c:12", "f+1/2 net/core/dev.c:12"},
      {"f net/core/dev.c:12 [inline]", "f net/core/dev.c:12 inlined"},
      {"f", "f"},  // the caller decides whether that is enough
      {"0x47b7a0", "no frame"},
      {"", "no frame"},
      {"(null)", "no frame"},
  };
  for (const auto& [text, frame] : cases) EXPECT_EQ(describe(parse_symbol(text)), frame) << "in '" << text << "'";
}

TEST(FrameLine, CompilerSuffixes) {
  const std::vector<Case> cases = {
      {"f", "f"},
      {"f.isra.0", "f"},
      {"f.constprop.0.isra.0", "f"},
      {"f.cold", "f"},
      {"f.llvm.123456", "f"},
      {".f", ".f"},  // powerpc's entry points
      {".f.isra.0", ".f"},
      {"", ""},
      {"<a::B as c::D>::e", "<a::B as c::D>::e"},
      {"core::fmt.x::write", "core::fmt.x::write"},
  };
  for (const auto& [name, plain] : cases) EXPECT_EQ(strip_compiler_suffix(name), plain) << name;
}

}  // namespace
}  // namespace ktriage

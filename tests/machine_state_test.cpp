// Machine state: what a report says about kernel, CPU, task, registers, code and modules; and that nothing is made up.
// With the default pack's console rules.

#include "parser/machine_state.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/pack_loader.h"

namespace ktriage {
namespace {

CrashReport extract(std::string text) {
  static const RulePack pack = load_default_pack();
  CrashReport report;
  extract_machine_state(ReportText(std::move(text), pack.console), pack.console, report);
  return report;
}

/// "cpu pid comm | release | tainted | hardware", "-" for what is absent.
std::string facts_of(const CrashReport& report) {
  const auto number = [](const std::optional<uint32_t>& value) { return value ? std::to_string(*value) : "-"; };
  const auto text = [](const std::string& value) { return value.empty() ? "-" : value; };
  return number(report.cpu) + " " + number(report.pid) + " " + text(report.comm) + " | " + text(report.kernel.release) +
         " | " + text(report.kernel.tainted) + " | " + text(report.kernel.hardware);
}

TEST(MachineState, Facts) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "- - - | - | - | -"},
      {"BUG: x\n", "- - - | - | - | -"},
      {"CPU: 1 PID: 2992 Comm: init Not tainted 6.1.0-minimal #2\n", "1 2992 init | 6.1.0-minimal | - | -"},
      {"CPU: 0 UID: 0 PID: 12 Comm: syz.1.17 Not tainted 6.12.0 #1 PREEMPT\n", "0 12 syz.1.17 | 6.12.0 | - | -"},
      {"CPU: 3 PID: 12 Comm: two words Tainted: G        W          6.1.0 #2\n",
       "3 12 two words | 6.1.0 | G        W | -"},
      {"CPU: 1 PID: 2992 Comm: bash Kdump: loaded Not tainted 6.1.0-minimal #2\n",
       "1 2992 bash | 6.1.0-minimal | - | -"},
      {"Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16 04/01/2014\n",
       "- - - | - | - | QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16 04/01/2014"},
      {"watchdog: BUG: soft lockup - CPU#2 stuck for 22s! [kworker/2:1:123]\n", "2 123 kworker/2:1 | - | - | -"},
      {"INFO: task jbd2/sda1-8:123 blocked for more than 120 seconds.\n", "- 123 jbd2/sda1-8 | - | - | -"},
      {"Read of size 8 at addr ffff888012345678 by task init/123\n", "- 123 init | - | - | -"},
      {"WARNING: kernel/x.c:12 at f+0x1/0x2, CPU#1: init/123\n", "1 123 init | - | - | -"},
      {"Process init (pid: 123, stack limit = 0x0)\n", "- 123 init | - | - | -"},
      {"Read of size 8 by task a/1\nCPU: 1 PID: 2 Comm: b Not tainted 6.1.0 #2\n",
       "1 1 a | 6.1.0 | - | -"},  // the first counts
      {"CPU: 99999999999 PID: 2 Comm: b Not tainted 6.1.0 #2\n", "- 2 b | 6.1.0 | - | -"},
  };
  for (const auto& [text, facts] : cases) EXPECT_EQ(facts_of(extract(text)), facts) << text;
}

TEST(MachineState, BuildId) {
  const std::string id = "0123456789abcdef0123456789abcdef01234567";
  const std::string start = "CPU: 1 PID: 2 Comm: init Not tainted 6.1.0 #2";
  for (const auto& [text, build_id] : std::vector<std::pair<std::string, std::string>>{
           {start + "\n", ""},
           {start + " " + id + "\n", id},
           {start + "-Ubuntu " + id + " \r\n", id},
           {"CPU: 1 UID: 0 PID: 2 Comm: init Not tainted 6.16.0 #2 PREEMPT(full)  " + id + "\n", id},
           {start + " " + id.substr(1) + "\n", ""},
           {start + "0" + id + "\n", ""},
           {start + " " + id + " and more\n", ""}}) {
    EXPECT_EQ(extract(text).kernel.build_id, build_id) << text;
    EXPECT_EQ(extract(text).kernel.release, text.find("6.16") == std::string::npos ? "6.1.0" : "6.16.0") << text;
  }
}

TEST(MachineState, Architecture) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"BUG: x\n", ""},
      {"RIP: 0010:f+0x1/0x2\n", "x86_64"},
      {"EIP: f+0x1/0x2\n", "i686"},
      {"pc : f+0x1/0x2\nlr : g+0x1/0x2\nsp : ffff800012345678\n", "aarch64"},
      {"PC is at f+0x1/0x2\n", "armv7l"},
      {"NIP:  c000000000167d98 LR: c000000000167d60 CTR: 0000000000000000\n", "ppc64"},
      {"Krnl PSW : 0704c00180000000 0000000000123456 (f+0x1/0x2)\n", "s390x"},
      {"epc : ffffffff80001234 ra : ffffffff80001230 sp : ff20000000000000\n", "riscv64"},
  };
  for (const auto& [text, arch] : cases) EXPECT_EQ(extract(text).kernel.arch, arch) << text;
}

TEST(MachineState, Executor) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"syz.5.7376", "5 7376"}, {"syz.0.0", "0 0"}, {"syz-executor", ""}, {"syz.5", ""}, {"syz.a.1", ""}, {"init", ""},
  };
  for (const auto& [comm, executor] : cases) {
    const CrashReport report = extract("CPU: 1 PID: 2 Comm: " + comm + " Not tainted 6.1.0 #2\n");
    const auto& found = report.executor;
    EXPECT_EQ(found ? std::to_string(found->proc) + " " + std::to_string(found->id) : "", executor) << comm;
  }
}

TEST(MachineState, Registers) {
  using Registers = std::vector<std::pair<std::string, std::string>>;
  const std::vector<std::pair<std::string, Registers>> cases = {
      {"BUG: x\n", {}},
      {"general protection fault: 0000\n", {}},  // prose
      {"binder: 21966:21967 ioctl c0306201 20000fd0 returned -14\n", {}},
      {"handler: 0x123 pc: 0x7f88b7e4e673\n", {}},
      {"scause: 0x000f stval : 0x00000123\n", {{"scause", "0x000f"}, {"stval", "0x00000123"}}},
      {"RAX: 0000000000000001 RBX: ffff888012345678 RCX: 0000000000000003\n",
       {{"RAX", "0000000000000001"}, {"RBX", "ffff888012345678"}, {"RCX", "0000000000000003"}}},
      {"RSP: 0018:ffffc90000003cf0 EFLAGS: 00010246\n", {{"RSP", "0018:ffffc90000003cf0"}, {"EFLAGS", "00010246"}}},
      {"FS:  00007f1234567890(0000) GS:ffff88806ca00000(0000) knlGS:0000000000000000\n",
       {{"FS", "00007f1234567890(0000)"}, {"GS", "ffff88806ca00000(0000)"}, {"knlGS", "0000000000000000"}}},
      {"x29: ffff80000a1b2c30 x28: ffff000003c4d500 x27: 0000000000000000\n",
       {{"x29", "ffff80000a1b2c30"}, {"x28", "ffff000003c4d500"}, {"x27", "0000000000000000"}}},
      {"r7 : 00000000  r6 : c0101234\n", {{"r7", "00000000"}, {"r6", "c0101234"}}},
      {"RAX: 0000000000000001\nR15: 0000000000000002\nRAX: 0000000000000003\nR14: 0000000000000004\n",
       {{"RAX", "0000000000000001"}, {"R15", "0000000000000002"}}},  // the second dump is another mode's or CPU's
  };
  for (const auto& [text, registers] : cases) EXPECT_EQ(extract(text).registers, registers) << text;
}

TEST(MachineState, Code) {
  struct CodeCase {
    std::string text;
    std::string bytes;
    std::optional<size_t> trap_offset;
  };
  const std::vector<CodeCase> cases = {
      {"BUG: x\n", "", {}},
      {"Code: 48 89 e5 <0f> 0b c3\n", "48 89 e5 0f 0b c3", 3},
      {"Code: d5384100 f9400000 (b9400401) d65f03c0 \n", "d5384100 f9400000 b9400401 d65f03c0", 8},
      {"Code: 48 89 e5\n", "48 89 e5", {}},
      {"Code: Bad RIP value.\n", "", {}},
      {"Code: Unable to access opcode bytes at 0x1234.\n", "", {}},
      {"Code: 48 89 <0f\n", "", {}},  // torn
      {"Code: <0f> 0b\nCode: 90 90\n", "0f 0b", 0},
      {"somewhere in a line Code: 48 89\n", "", {}},
  };
  for (const auto& [text, bytes, trap_offset] : cases) {
    const Code code = extract(text).code;
    EXPECT_EQ(code.bytes, bytes) << text;
    EXPECT_EQ(code.trap_offset, trap_offset) << text;
  }
}

TEST(MachineState, Modules) {
  using Names = std::vector<std::string>;
  const std::vector<std::pair<std::string, Names>> cases = {
      {"Modules linked in:\n", {}},
      {"Modules linked in: kvm_intel kvm loop\n", {"kvm_intel", "kvm", "loop"}},
      {"Modules linked in: nvidia(PO) snd-hda(E+) loop [last unloaded: xt_u32]\n", {"nvidia", "snd-hda", "loop"}},
      {"Modules linked in: a\nModules linked in: b\n", {"a"}},
  };
  for (const auto& [text, names] : cases) EXPECT_EQ(extract(text).modules, names) << text;
}

}  // namespace
}  // namespace ktriage

// The built-in runner, with consoles as kernels print them: told by a small guest in a real QEMU, where one is
// installed, and by a program that stands in for QEMU where QEMU itself shall fail.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bisect/qemu.h"
#include "bisect/test_runner.h"
#include "rules/pack_loader.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kBoot = "[    0.000000][    T0] Linux version 6.1.0 (a@b) #1 SMP\nbooting\n";
constexpr std::string_view kSuccess = "TEST-DONE";

std::string oops(const std::string& function) {
  return "[    1.000000][   T42] BUG: kernel NULL pointer dereference, address: 0000000000000020\n"
         "[    1.000001][   T42] #PF: supervisor read access in kernel mode\n"
         "[    1.000002][   T42] Oops: 0000 [#1] SMP\n"
         "[    1.000003][   T42] CPU: 0 PID: 42 Comm: cat Not tainted 6.1.0 #1\n"
         "[    1.000004][   T42] RIP: 0010:" +
         function +
         "+0x10/0x40\n"
         "[    1.000005][   T42] Call Trace:\n"
         "[    1.000006][   T42]  <TASK>\n"
         "[    1.000007][   T42]  seq_read_iter+0x10/0x40\n"
         "[    1.000008][   T42]  </TASK>\n"
         "[    1.000009][   T42] ---[ end trace 0000000000000000 ]---\n";
}

std::string warning() {
  return "[    1.000000][   T42] ------------[ cut here ]------------\n"
         "[    1.000001][   T42] WARNING: CPU: 0 PID: 42 at drivers/gadget.c:42 gadget_poll+0x10/0x40\n"
         "[    1.000003][   T42] CPU: 0 PID: 42 Comm: cat Not tainted 6.1.0 #1\n"
         "[    1.000004][   T42] RIP: 0010:gadget_poll+0x10/0x40\n"
         "[    1.000005][   T42] Call Trace:\n"
         "[    1.000006][   T42]  <TASK>\n"
         "[    1.000007][   T42]  seq_read_iter+0x10/0x40\n"
         "[    1.000008][   T42]  </TASK>\n"
         "[    1.000009][   T42] ---[ end trace 0000000000000000 ]---\n";
}

std::string title(const std::string& function) {
  return "BUG: unable to handle kernel NULL pointer dereference in " + function;
}

const Engine& engine() {
  static const Engine* const engine = [] {
    auto pack = load_pack(default_rule_sources(), Validation::Trusted);
    return pack ? new Engine(std::move(pack.value())) : nullptr;
  }();
  return *engine;
}

class QemuRunner : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "ktriage-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
    config_.directory = path_;
    config_.repository = path_;
    config_.test.qemu = QemuConfig{};
    config_.test.qemu->kernel = KTRIAGE_GUEST;
    config_.test.qemu->initrd = path_ / "console.txt";
    config_.test.qemu->memory = "16M";
    config_.test.qemu->cpus = 1;
    config_.test.success = kSuccess;
    config_.test.timeout = Seconds(20);
    config_.target.title = title("widget_poll");
  }
  void TearDown() override { fs::remove_all(path_); }

  void write(const std::string& name, std::string_view text) { std::ofstream(path_ / name) << text; }
  static std::string read(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// Of a guest that prints `console` and ends as `end` says (bisect_guest/guest.S).
  TestRunner::Outcome run_guest(std::string_view console, char end) {
    write("console.txt", console);
    config_.test.qemu->append = std::string("end=") + end;
    return run();
  }

  TestRunner::Outcome run() {
    auto state = StateDirectory::open(path_ / "state");
    EXPECT_TRUE(state);
    fs::create_directories(state->worktree(0));
    fs::create_directories(state->logs());
    Builder builder(config_, state.value(), 0);
    TestRunner runner(config_, state.value(), engine(), builder, 0);
    const Cancellation never;
    const CrashJudge judge(engine().pack());
    const TargetMatcher target(judge, {Target::From::Title, {config_.target.title}, {}});
    return runner.run({{"0123456789abcdef", {}}, 0}, target, never);
  }

  fs::path path_;
  BisectConfig config_;
};

struct GuestCase {
  const char* name;
  std::string console;
  char end;  // r: resets, t: triple fault, h: hangs
  RunVerdict::Kind kind;
  RunOutcome outcome;
  std::string title;
  std::string reason;
  double timeout = 20;
};

std::ostream& operator<<(std::ostream& out, const GuestCase& c) { return out << c.name; }

class RealQemu : public QemuRunner, public testing::WithParamInterface<GuestCase> {};

TEST_P(RealQemu, IsJudgedByWhatTheGuestSays) {
  if (std::system("command -v qemu-system-x86_64 >/dev/null") != 0) GTEST_SKIP() << "no qemu-system-x86_64";
  const GuestCase& c = GetParam();
  config_.test.timeout = Seconds(c.timeout);
  if (c.title == kNoOutputTitle) config_.target.title = c.title;
  const auto outcome = run_guest(c.console, c.end);
  EXPECT_EQ(outcome.kind, c.kind) << outcome.problem;
  EXPECT_EQ(outcome.record.outcome, c.outcome) << to_string(outcome.record.outcome);
  EXPECT_EQ(outcome.record.title, c.title);
  EXPECT_THAT(outcome.record.reason, HasSubstr(c.reason));
  // A decided run ends at once: the line end behind the marker may not have come through any more.
  const std::string said = c.console.substr(0, c.console.find_last_not_of('\n') + 1);
  EXPECT_EQ(read(path_ / "state" / outcome.record.log).find(said), 0U) << "the whole console is kept";
  if (c.outcome == RunOutcome::TargetCrash && c.title != kNoOutputTitle) {
    EXPECT_LT(outcome.record.seconds.count(), 15) << "a decided run ends at once";
  }
}

using Kind = RunVerdict::Kind;
const std::string kTarget = title("widget_poll");
const std::string kOther = title("gadget_poll");

INSTANTIATE_TEST_SUITE_P(
    Guests, RealQemu,
    testing::Values(
        GuestCase{"TargetThenHang", std::string(kBoot) + oops("widget_poll"), 'h', Kind::Counts,
                  RunOutcome::TargetCrash, kTarget, ""},
        GuestCase{"TargetThenReset", std::string(kBoot) + oops("widget_poll"), 'r', Kind::Counts,
                  RunOutcome::TargetCrash, kTarget, ""},
        GuestCase{"TargetAfterAnother", std::string(kBoot) + oops("gadget_poll") + oops("widget_poll"), 'r',
                  Kind::Counts, RunOutcome::TargetCrash, kTarget, ""},
        GuestCase{"TargetCutOff", std::string(kBoot) + oops("widget_poll").substr(0, 330), 't', Kind::Counts,
                  RunOutcome::TargetCrash, kTarget, ""},
        GuestCase{"Another", std::string(kBoot) + oops("gadget_poll"), 'r', Kind::Counts, RunOutcome::OtherCrash,
                  kOther, ""},
        GuestCase{"Success", std::string(kBoot) + "TEST-DONE\n", 'h', Kind::Counts, RunOutcome::NoCrash, "", ""},
        GuestCase{"WarningThenSuccess", std::string(kBoot) + warning() + "TEST-DONE\n", 'h', Kind::Counts,
                  RunOutcome::NoCrash, "", ""},
        GuestCase{"WarningWithoutSuccess", std::string(kBoot) + warning(), 'r', Kind::Counts, RunOutcome::OtherCrash,
                  "WARNING in gadget_poll", ""},
        GuestCase{"OopsThenSuccess", std::string(kBoot) + oops("gadget_poll") + "TEST-DONE\n", 'h', Kind::Counts,
                  RunOutcome::OtherCrash, kOther, ""},
        GuestCase{"ResetBeforeTheMarker", std::string(kBoot) + "TEST-DO", 'r', Kind::Counts, RunOutcome::NotTestable,
                  "", "without the success marker"},
        GuestCase{"TripleFault", std::string(kBoot), 't', Kind::Counts, RunOutcome::NotTestable, "",
                  "without the success marker"},
        GuestCase{"Hang", std::string(kBoot), 'h', Kind::Counts, RunOutcome::NotTestable, "", "timed out", 2},
        GuestCase{"HangThatIsChased", std::string(kBoot), 'h', Kind::Counts, RunOutcome::TargetCrash,
                  std::string(kNoOutputTitle), "timed out", 2},
        GuestCase{"DiesBeforeItsConsoleIsUp", "", 't', Kind::Doubtful, RunOutcome::NotTestable, "", "silent"},
        GuestCase{"HangsBeforeItsConsoleIsUp", "", 'h', Kind::Doubtful, RunOutcome::NotTestable, "", "silent", 2},
        GuestCase{"PanicWithoutReport",
                  std::string(kBoot) + "[    1.0][    T1] Kernel panic - not syncing: No working init found.\n", 'h',
                  Kind::Counts, RunOutcome::OtherCrash, "kernel panic: No working init found.", ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(QemuRunner, AMissingKernelIsTheConfigurationsFault) {
  if (std::system("command -v qemu-system-x86_64 >/dev/null") != 0) GTEST_SKIP() << "no qemu-system-x86_64";
  config_.test.qemu->kernel = "/no/such/bzImage";
  const auto outcome = run_guest(kBoot, 'r');
  EXPECT_EQ(outcome.kind, Kind::Infrastructure);
  EXPECT_THAT(outcome.problem, HasSubstr("/no/such/bzImage"));
}

/// QEMU itself is the one at fault: a shell program of its name stands in for it.
class PretendQemu : public QemuRunner {
 protected:
  void SetUp() override {
    QemuRunner::SetUp();
    fs::create_directories(path_ / "bin");
    old_path_ = std::getenv("PATH");
    setenv("PATH", ((path_ / "bin").string() + ":" + old_path_).c_str(), 1);
  }
  void TearDown() override {
    setenv("PATH", old_path_.c_str(), 1);
    QemuRunner::TearDown();
  }
  TestRunner::Outcome run_as(const std::string& script) {
    const fs::path program = path_ / "bin/qemu-system-x86_64";
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(program, fs::perms::owner_all);
    return run();
  }
  std::string old_path_;
};

struct PretendCase {
  const char* script;
  RunVerdict::Kind kind;
  const char* problem;
};

TEST_F(PretendQemu, DiesByItselfOrBecauseOfTheGuest) {
  const PretendCase cases[] = {
      {"echo 'qemu-system-x86_64: cannot set up guest memory: Cannot allocate memory' >&2; exit 1",
       Kind::Infrastructure, "QEMU: qemu-system-x86_64: cannot set up guest memory"},
      {"exit 1", Kind::Infrastructure, "QEMU: exit status 1"},
      {"kill -9 $$", Kind::Infrastructure, "QEMU: killed by signal 9"},
      // What the guest did to it may be the commit's doing: tried again, then not testable.
      {"echo booting; echo 'qemu: fatal: Trying to execute code outside RAM' >&2; kill -6 $$", Kind::Doubtful,
       "QEMU: qemu: fatal: Trying to execute code outside RAM"},
  };
  for (const auto& c : cases) {
    const auto outcome = run_as(c.script);
    EXPECT_EQ(outcome.kind, c.kind) << c.script;
    EXPECT_THAT(outcome.problem, StartsWith(c.problem)) << c.script;
    EXPECT_EQ(outcome.record.outcome == RunOutcome::NotTestable, c.kind == Kind::Doubtful) << c.script;
  }
}

TEST_F(PretendQemu, ACrashCountsHoweverQemuEnds) {
  write("oops.txt", oops("widget_poll"));
  const auto outcome = run_as("cat " + (path_ / "oops.txt").string() + "; kill -11 $$");
  EXPECT_EQ(outcome.kind, Kind::Counts);
  EXPECT_EQ(outcome.record.title, title("widget_poll"));
}

TEST_F(PretendQemu, ItsOwnComplaintsAreNotTheConsole) {
  const auto outcome = run_as("echo TEST-DONE >&2; echo booting; exit 0");
  EXPECT_EQ(outcome.record.outcome, RunOutcome::NotTestable);
}

TEST_F(PretendQemu, IsNotInstalled) {
  setenv("PATH", (path_ / "bin").c_str(), 1);
  const auto outcome = run();
  EXPECT_EQ(outcome.kind, Kind::Infrastructure);
  EXPECT_THAT(outcome.problem, HasSubstr("qemu-system-x86_64"));
}

TEST(QemuCommand, BootsWhatTheConfigurationSays) {
  QemuConfig config;
  config.arch = "arm64";
  config.kernel = "arch/arm64/boot/Image";
  config.initrd = "/repro.cpio";
  config.memory = "2G";
  config.append = "kasan.fault=report";
  config.arguments = {"-device", "virtio-rng-pci"};
  std::string all;
  for (const auto& argument : qemu_command(config, "/builds/abc")) all += argument + "\n";
  EXPECT_THAT(all, StartsWith("qemu-system-aarch64\n-accel\ntcg,thread=multi\n-M\nvirt\n"));
  EXPECT_THAT(all, HasSubstr("-kernel\n/builds/abc/arch/arm64/boot/Image\n-initrd\n/repro.cpio\n"));
  EXPECT_THAT(all, HasSubstr("-append\nconsole=ttyAMA0 earlycon panic=-1 kasan.fault=report\n"));
  EXPECT_THAT(all, HasSubstr("-device\nvirtio-rng-pci\n"));
}

}  // namespace
}  // namespace ktriage

// ReportAssembler: which lines of a console belong to which crash.

#include "parser/report_assembler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "parser/limits.h"

namespace ktriage {
namespace {

/// A console as few rules as possible: the default pack's are tested by its examples.
ConsoleRules console_rules() {
  ConsoleRules console;
  console.panics.append({"^Kernel panic"});
  console.continuations.append({"^Kernel panic", "^Internal error"});
  console.info_stacks.append({"^allocation failure"});
  console.cpu_backtraces.append({"^Sending NMI"});
  console.end_markers.append({"^---\\[ end", "^===="});
  console.dropped.append({"^Disabling lock"});
  for (const auto* marks : {&console.panics, &console.cpu_backtraces, &console.end_markers, &console.dropped}) {
    console.report_marks.prepend(*marks);
  }
  return console;
}

std::vector<Family> families() {
  std::vector<Family> out(5);
  out[0].name = "bug";
  out[0].triggers = {"BUG:"};
  out[1].name = "warning";
  out[1].triggers = {"WARNING:"};
  out[1].continues.append({"^BUG: caused by"});
  out[2].name = "panic";
  out[2].triggers = {"Kernel panic"};
  out[3].name = "oops";
  out[3].triggers = {"Internal error"};
  out[4].name = "sanitizer";
  out[4].triggers = {"SAN:"};
  out[4].until.append({"^===="});
  return out;
}

/// Feeds lines to an assembler and writes down what comes out: "bug 1-3: BUG: x | f+0x1/0x2 | …".
class Console {
 public:
  void add(std::string_view raw) {
    PlacedLine placed;
    placed.line = parse_log_line(raw, scratch_);
    placed.start_byte = bytes_;
    placed.end_byte = bytes_ += raw.size() + 1;
    placed.number = ++number_;
    const Family* trigger = nullptr;
    for (const auto& family : families_) {
      if (placed.line.text.find(family.triggers.front()) != std::string_view::npos) trigger = &family;
    }
    assembler_.add(placed, trigger, [this] { return "leading of line " + std::to_string(number_) + "\n"; });
  }
  void add_all(const std::vector<std::string>& lines) {
    for (const auto& line : lines) add(line);
  }
  void repeat(size_t times, std::string_view raw) {
    for (size_t i = 0; i < times; ++i) add(raw);
  }
  std::vector<std::string> take() { return std::exchange(crashes_, {}); }
  std::vector<std::string> finish() {
    assembler_.finish();
    EXPECT_TRUE(assembler_.idle());
    return take();
  }
  ReportAssembler& assembler() { return assembler_; }
  const std::vector<AssembledCrash>& raw() const { return raw_; }

 private:
  void write_down(AssembledCrash&& crash) {
    std::ostringstream out;
    out << crash.family->name << " " << crash.range.start_line << "-" << crash.range.end_line << ":";
    std::istringstream text(crash.text);
    size_t lines = 0;
    for (std::string line; std::getline(text, line); ++lines) {
      if (lines < 12) out << (lines == 0 ? " " : " | ") << line;
    }
    if (lines > 12) out << " … " << lines << " lines";
    if (crash.panicked) out << " (panicked)";
    crashes_.push_back(out.str());
    raw_.push_back(std::move(crash));
  }

  ConsoleRules console_ = console_rules();
  std::vector<Family> families_ = families();
  std::string scratch_;
  uint64_t bytes_ = 0;
  uint64_t number_ = 0;
  std::vector<std::string> crashes_;
  std::vector<AssembledCrash> raw_;
  ReportAssembler assembler_{console_, [this](AssembledCrash&& crash) { write_down(std::move(crash)); }};
};

struct Case {
  const char* what;
  std::vector<std::string> lines;
  std::vector<std::string> crashes;
};

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    Console console;
    console.add_all(c.lines);
    EXPECT_EQ(console.finish(), c.crashes) << c.what;
  }
}

TEST(ReportAssembler, OpensAtTriggersOnly) {
  check({
      {"nothing", {"[ 1.0] a", "[ 1.0] b"}, {}},
      {"one line", {"[ 1.0] BUG: x"}, {"bug 1-1: BUG: x"}},
      {"what stands before belongs to nobody", {"[ 1.0] a", "[ 1.0] BUG: x", "[ 1.0] b"}, {"bug 2-3: BUG: x | b"}},
      {"no prefix at all", {"a", "BUG: x", "b"}, {"bug 2-3: BUG: x | b"}},
      {"dropped lines", {"[ 1.0] BUG: x", "[ 1.0] Disabling lock debugging", "[ 1.0] b"}, {"bug 1-3: BUG: x | b"}},
  });
}

TEST(ReportAssembler, ASecondTriggerInTheSameContextOpensTheNextCrash) {
  check({
      {"two",
       {"[ 1.0] BUG: x", "[ 1.0] a", "[ 2.0] WARNING: y", "[ 2.0] b"},
       {"bug 1-2: BUG: x | a", "warning 3-4: WARNING: y | b"}},
      {"the same again", {"[ 1.0] BUG: x", "[ 1.0] BUG: x"}, {"bug 1-1: BUG: x", "bug 2-2: BUG: x"}},
      {"also in a task's context, behind a stack",
       {"[ 1.0][ T7] BUG: x", "[ 1.0][ T7]  f+0x1/0x2", "[ 2.0][ T7] BUG: y"},
       {"bug 1-2: BUG: x |  f+0x1/0x2", "bug 3-3: BUG: y"}},
  });
}

TEST(ReportAssembler, ACrashInsideOfAnUnfinishedOneBelongsToBoth) {
  check({
      {"no stack yet: what comes may be the only one",
       {"[ 1.0][ T7] BUG: x", "[ 1.0][ T7] WARNING: y", "[ 1.0][ T7]  f+0x1/0x2"},
       {"bug 1-3: BUG: x | WARNING: y |  f+0x1/0x2", "warning 2-3: WARNING: y |  f+0x1/0x2"}},
      {"a family that closes its reports goes on until then",
       {"[ 1.0][ T7] SAN: x", "[ 1.0][ T7]  f+0x1/0x2", "[ 1.0][ T7] WARNING: y",
        "[ 1.0][ T7] ====", "[ 1.0][ T7] WARNING: z"},
       {"sanitizer 1-4: SAN: x |  f+0x1/0x2 | WARNING: y | ====", "warning 3-4: WARNING: y | ====",
        "warning 5-5: WARNING: z"}},
      {"without contexts the first one is over",
       {"[ 1.0] SAN: x", "[ 1.0] WARNING: y", "[ 1.0] ===="},
       {"sanitizer 1-1: SAN: x", "warning 2-3: WARNING: y | ===="}},
  });
  Console console;
  console.add_all({"[ 1.0][ T7] SAN: x", "[ 1.0][ T7] WARNING: y"});
  console.finish();
  ASSERT_EQ(console.raw().size(), 2U);
  EXPECT_TRUE(console.raw()[0].interrupted);
  EXPECT_FALSE(console.raw()[1].interrupted);
  EXPECT_EQ(console.raw()[1].inside, console.raw()[0].range.start_byte);
}

TEST(ReportAssembler, ContextsAreKeptApart) {
  check({
      {"two tasks, interleaved",
       {"[ 1.0][ T7] BUG: x", "[ 1.0][ T8] WARNING: y", "[ 1.0][ T7] a7", "[ 1.0][ T8] a8", "[ 1.0][ T7] b7"},
       {"bug 1-5: BUG: x | a7 | b7", "warning 2-4: WARNING: y | a8"}},
      {"a bystander's lines belong to nobody",
       {"[ 1.0][ T7] BUG: x", "[ 1.0][ T9] usb 1-1: new device", "[ 1.0][ T7] a7"},
       {"bug 1-3: BUG: x | a7"}},
      {"task and CPU of the same number",
       {"[ 1.0][ T1] BUG: x", "[ 1.0][ C1] WARNING: y", "[ 1.0][ T1] a", "[ 1.0][ C1] b"},
       {"bug 1-3: BUG: x | a", "warning 2-4: WARNING: y | b"}},
      {"user space writes into the console", {"[ 1.0] BUG: x", "init: started", "[ 1.0] a"}, {"bug 1-3: BUG: x | a"}},
      {"crashes come in the order of their beginnings, though the second is complete first",
       {"[ 1.0][ T7] BUG: x", "[ 1.0][ T8] WARNING: y", "[ 1.0][ T8]  f+0x1/0x2", "[ 1.0][ T8] BUG: z",
        "[ 1.0][ T7] a7"},
       {"bug 1-5: BUG: x | a7", "warning 2-3: WARNING: y |  f+0x1/0x2", "bug 4-4: BUG: z"}},
  });
}

TEST(ReportAssembler, ContinuationsJoin) {
  check({
      {"a panic behind its cause",
       {"[ 1.0] BUG: x", "[ 1.0]  f+0x1/0x2", "[ 1.0] Kernel panic - not syncing", "[ 1.0] a"},
       {"bug 1-4: BUG: x |  f+0x1/0x2 | Kernel panic - not syncing | a (panicked)"}},
      {"a panic alone is a crash",
       {"[ 1.0] Kernel panic - not syncing"},
       {"panic 1-1: Kernel panic - not syncing (panicked)"}},
      {"a panic of another context opens a crash of its own, and the first one panicked too",
       {"[ 1.0][ T7] BUG: x", "[ 1.0][ T8] Kernel panic - not syncing"},
       {"bug 1-1: BUG: x (panicked)", "panic 2-2: Kernel panic - not syncing (panicked)"}},
      {"an internal error",
       {"[ 1.0] BUG: x", "[ 1.0] Internal error: Oops"},
       {"bug 1-2: BUG: x | Internal error: Oops"}},
      {"a family's own continuation, before any frame",
       {"[ 1.0] WARNING: y", "[ 1.0] BUG: caused by z", "[ 1.0]  f+0x1/0x2"},
       {"warning 1-3: WARNING: y | BUG: caused by z |  f+0x1/0x2"}},
      {"behind a frame it is a new crash",
       {"[ 1.0] WARNING: y", "[ 1.0]  f+0x1/0x2", "[ 1.0] BUG: caused by z"},
       {"warning 1-2: WARNING: y |  f+0x1/0x2", "bug 3-3: BUG: caused by z"}},
      {"and in another family too",
       {"[ 1.0] BUG: x", "[ 1.0] BUG: caused by z"},
       {"bug 1-1: BUG: x", "bug 2-2: BUG: caused by z"}},
  });
}

TEST(ReportAssembler, APanicBehindACompleteReportAddsNoText) {
  Console console;
  console.add("[ 1.0] BUG: x");
  console.repeat(25, "[ 1.0]  f+0x1/0x2");
  console.add_all({"[ 1.0] Kernel panic - not syncing", "[ 1.0]  g+0x1/0x2"});
  ASSERT_EQ(console.finish().size(), 1U);
  const AssembledCrash& crash = console.raw().front();
  EXPECT_TRUE(crash.panicked);
  EXPECT_EQ(std::count(crash.text.begin(), crash.text.end(), '\n'), 26);
  EXPECT_EQ(crash.range.end_line, 28U);  // its lines are the crash's all the same
}

TEST(ReportAssembler, OtherCpusBacktracesJoin) {
  check({
      {"after the NMI was sent, lines of CPUs belong to the crash",
       {"[ 1.0][ C0] BUG: soft lockup", "[ 1.0][ C0] Sending NMI from CPU 0 to CPUs 1:",
        "[ 1.0][ C1] NMI backtrace for cpu 1", "[ 1.0][ C1]  f+0x1/0x2"},
       {"bug 1-4: BUG: soft lockup | Sending NMI from CPU 0 to CPUs 1: | NMI backtrace for cpu 1 |  f+0x1/0x2"}},
      {"not before", {"[ 1.0][ C0] BUG: soft lockup", "[ 1.0][ C1] a"}, {"bug 1-1: BUG: soft lockup"}},
      {"and tasks' lines never",
       {"[ 1.0][ C0] BUG: soft lockup", "[ 1.0][ C0] Sending NMI from CPU 0 to CPUs 1:", "[ 1.0][ T9] a"},
       {"bug 1-2: BUG: soft lockup | Sending NMI from CPU 0 to CPUs 1:"}},
      {"a CPU with a crash of its own goes on with that",
       {"[ 1.0][ C1] WARNING: y", "[ 1.0][ C0] BUG: x", "[ 1.0][ C0] Sending NMI from CPU 0", "[ 1.0][ C1] a1",
        "[ 1.0][ C2] a2"},
       {"warning 1-4: WARNING: y | a1", "bug 2-5: BUG: x | Sending NMI from CPU 0 | a2"}},
  });
}

TEST(ReportAssembler, WithoutContextsAnInfoStackEndsTheCrash) {
  check({
      {"console", {"[ 1.0] BUG: x", "[ 1.0] a", "[ 1.0] allocation failure", "[ 1.0] b"}, {"bug 1-2: BUG: x | a"}},
      {"no prefix", {"BUG: x", "allocation failure", "b"}, {"bug 1-1: BUG: x"}},
  });
}

TEST(ReportAssembler, TellsTimesBytesAndLeadingLines) {
  Console console;
  console.add_all({"[ 1.5] a", "[ 2.5] BUG: x", "[ 3.5] b"});
  console.finish();
  const AssembledCrash& crash = console.raw().front();
  EXPECT_EQ(crash.time_s, 2.5);
  EXPECT_EQ(crash.leading, "leading of line 2\n");
  EXPECT_EQ(crash.range.start_byte, 9U);
  EXPECT_EQ(crash.range.end_byte, 9U + 14U + 9U);
}

TEST(ReportAssembler, ClosesAFixedNumberOfLinesBehindTheEndMarker) {
  Console console;
  console.add_all({"[ 1.0] BUG: x", "[ 1.0] ---[ end trace 0 ]---"});
  console.repeat(limits::kTailLines - 1, "[ 1.0]  f+0x1/0x2");
  EXPECT_FALSE(console.assembler().idle());
  console.add("[ 1.0]  f+0x1/0x2");
  EXPECT_TRUE(console.assembler().idle());
  EXPECT_EQ(console.raw().front().range.end_line, 2 + limits::kTailLines);
}

TEST(ReportAssembler, TheTriggerIsNoEndMarker) {
  Console console;
  console.add("[ 1.0] ==== BUG: KASAN");
  console.repeat(limits::kTailLines + 5, "[ 1.0]  f+0x1/0x2");
  EXPECT_FALSE(console.assembler().idle());
}

TEST(ReportAssembler, Limits) {
  struct LimitCase {
    const char* what;
    size_t lines;  // behind the trigger, at which the crash closes
    std::string line;
  };
  const std::vector<LimitCase> cases = {
      {"lines without a frame", limits::kLinesWithoutFrame - 1, "[ 1.0] a"},
      {"lines", limits::kReportLines - 1, "[ 1.0]  f+0x1/0x2"},
      {"bytes", limits::kReportBytes / 60000 + 1, "[ 1.0] " + std::string(60000, 'x')},
      {"lines of the log without one of its own", limits::kIdleLines, "[ 1.0][ T9] a"},
  };
  for (const auto& [what, lines, line] : cases) {
    Console console;
    console.add("[ 1.0] BUG: x");
    console.repeat(lines - 1, line);
    EXPECT_FALSE(console.assembler().idle()) << what;
    console.add(line);
    EXPECT_TRUE(console.assembler().idle()) << what;
  }
}

TEST(ReportAssembler, TheNumberOfOpenCrashesIsLimited) {
  Console console;
  for (size_t i = 0; i <= limits::kOpenCrashes; ++i) console.add("[ 1.0][ T" + std::to_string(i) + "] BUG: x");
  EXPECT_EQ(console.take(), (std::vector<std::string>{"bug 1-1: BUG: x"}));  // the oldest had to go
  EXPECT_EQ(console.finish().size(), limits::kOpenCrashes);
}

TEST(ReportAssembler, APauseHandsOutWhatHasEnded) {
  Console console;
  console.add_all({"[ 1.0][ T7] BUG: x", "[ 1.0][ T8] WARNING: y", "[ 1.0][ T7] ---[ end trace 0 ]---"});
  console.assembler().pause(false);
  EXPECT_EQ(console.take(), (std::vector<std::string>{"bug 1-3: BUG: x | ---[ end trace 0 ]---"}));
  console.assembler().pause(true);
  EXPECT_EQ(console.take(), (std::vector<std::string>{"warning 2-2: WARNING: y"}));
  console.assembler().pause(true);
  EXPECT_TRUE(console.finish().empty());
}

TEST(ReportAssembler, LinesBehindAPauseAreSwallowed) {
  Console console;
  console.add_all({"[ 1.0] BUG: x", "[ 1.0] ---[ end trace 0 ]---"});
  console.assembler().pause(false);
  console.take();
  console.add_all({"[ 1.0] a", "[ 1.0] Kernel panic - not syncing", "[ 1.0] Internal error: Oops"});
  EXPECT_TRUE(console.take().empty());  // all of it belongs to the crash that is out already
  console.add("[ 1.0] BUG: y");
  EXPECT_EQ(console.finish(), (std::vector<std::string>{"bug 6-6: BUG: y"}));
}

}  // namespace
}  // namespace ktriage

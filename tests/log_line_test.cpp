// LogLine: every form of prefix that consoles, syslog daemons and terminal servers put in front of a kernel's message.

#include "parser/log_line.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {
namespace {

using namespace std::string_view_literals;  // inputs hold NUL bytes

constexpr Context kNone{Context::Kind::None, 0};
constexpr Context kConsole{Context::Kind::Console, 0};
constexpr Context task(uint32_t id) { return {Context::Kind::Task, id}; }
constexpr Context cpu(uint32_t id) { return {Context::Kind::Cpu, id}; }

struct Case {
  std::string_view raw;
  std::string_view text;
  Context context = kConsole;
  std::optional<double> time_s = std::nullopt;
  std::optional<int> priority = std::nullopt;
};

std::string describe(const LogLine& line) {
  static constexpr const char* kKinds[] = {"none", "console", "T", "C"};
  return std::string(kKinds[static_cast<size_t>(line.context.kind)]) + " " + std::to_string(line.context.id) +
         " time " + (line.time_s ? std::to_string(*line.time_s) : "-") + " priority " +
         (line.priority ? std::to_string(*line.priority) : "-") + " '" + std::string(line.text) + "'";
}

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    std::string scratch;
    const LogLine actual = parse_log_line(c.raw, scratch);
    const LogLine expected{c.text, c.context, c.time_s, c.priority};
    EXPECT_EQ(describe(actual), describe(expected)) << "in " << testing::PrintToString(c.raw);
  }
}

TEST(LogLine, Printk) {
  check({
      {"[   12.345678] BUG: x", "BUG: x", kConsole, 12.345678},
      {"[12.345678] BUG: x", "BUG: x", kConsole, 12.345678},
      {"[    0.000000] Linux version 6.1", "Linux version 6.1", kConsole, 0.0},
      {"[123456.789012] x", "x", kConsole, 123456.789012},
      {"[   12.345678]  dump_stack+0x1/0x2", " dump_stack+0x1/0x2", kConsole, 12.345678},  // one blank is the prefix's
      {"[   12.345678] ", "", kConsole, 12.345678},
      {"[   12.345678]", "", kConsole, 12.345678},
      {"[   12.345678] [  12.5] twice", "twice", kConsole, 12.345678},
  });
}

TEST(LogLine, PrintkWithCaller) {
  check({
      {"[   12.345678][ T1234] x", "x", task(1234), 12.345678},
      {"[   12.345678][T12345] x", "x", task(12345), 12.345678},
      {"[   12.345678][    C0] x", "x", cpu(0), 12.345678},
      {"[   12.345678][   C63] x", "x", cpu(63), 12.345678},
      {"[   12.345678][T4294967295] x", "x", task(4294967295), 12.345678},
      {"[   12.345678][ T7]", "", task(7), 12.345678},
  });
}

TEST(LogLine, PrintkWithPriority) {
  check({
      {"<4>[   12.345678] x", "x", kConsole, 12.345678, 4},
      {"<6>[   12.345678][ T12] x", "x", task(12), 12.345678, 6},
      {"<191>[   12.345678] x", "x", kConsole, 12.345678, 191},
      {"<3>x", "x", kConsole, std::nullopt, 3},
      {"<3> x", " x", kConsole, std::nullopt, 3},
  });
}

TEST(LogLine, SyslogAndJournald) {
  check({
      {"Jun 18 11:08:59 host kernel: [   12.345678] x", "x", kConsole, 12.345678},
      {"Jun  8 11:08:59 host kernel: [   12.345678][  T12] x", "x", task(12), 12.345678},
      {"Jun 18 11:08:59 host kernel: x", "x"},
      {"Jun 18 11:08:59 host kernel:  dump_stack+0x1/0x2", " dump_stack+0x1/0x2"},
      {"2019-06-18T11:08:59.123456+02:00 host kernel: [   12.345678] x", "x", kConsole, 12.345678},
      {"2019-06-18T11:08:59+0200 host kernel: x", "x"},
      {"2019-06-18T11:08:59Z host kernel: <4>[   12.5] x", "x", kConsole, 12.5, 4},
  });
}

TEST(LogLine, TerminalServerTime) {
  check({
      {"[2019-06-18T11:08:59.123] [   12.345678] x", "x", kConsole, 12.345678},
      {"2019-06-18 11:08:59.123 [   12.345678][  C1] x", "x", cpu(1), 12.345678},
      {"2019-06-18 11:08:59,123 <4>[   12.5] x", "x", kConsole, 12.5, 4},
      {"[2019-06-18 11:08:59] [   12.345678] x", "x", kConsole, 12.345678},
  });
}

TEST(LogLine, BehindOtherOutput) {
  check({
      {"debian login: [   12.345678] x", "x", kConsole, 12.345678},
      {"login: [   12.345678][  T12] x", "x", task(12), 12.345678},
      {"debian login: root", "debian login: root", kNone},
      {"** 12 printk messages dropped ** [   12.345678] x", "x", kConsole, 12.345678},
      {"** 7 printk messages dropped **", "** 7 printk messages dropped **", kNone},
      {"** 345 printk messages dropped ** [   12.345678][  T12] x", "x", task(12), 12.345678},
  });
}

TEST(LogLine, KmsgRecords) {
  check({
      {"6,339,5140900,-;x", "x", kConsole, 5.1409, 6},
      {"4,339,5140900,-,caller=T12;x", "x", task(12), 5.1409, 4},
      {"4,339,5140900,-,caller=C3;x;y", "x;y", cpu(3), 5.1409, 4},
      {"30,340,5140901,c;fragment", "fragment", kConsole, 5.140901, 30},
      {"6,341,5140902,-,ncfrag=0/33;x", "x", kConsole, 5.140902, 6},
  });
}

TEST(LogLine, AllLayersComeOffAndTheOuterOneCounts) {
  check({
      {"[   12.345678] [  13.5] x", "x", kConsole, 12.345678},
      {"[   12.345678] <4>[  13.5][ T7] x", "x", task(7), 12.345678, 4},
      {"[   12.345678][ T6] [  13.5][ T7] x", "x", task(6), 12.345678},
      {"[2019-06-18T11:08:59.123] login: [   12.5] x", "x", kConsole, 12.5},
      {"Jun 18 11:08:59 host kernel: 4,339,5140900,-,caller=T12;x", "x", task(12), 5.1409, 4},
  });
}

TEST(LogLine, LineEndsAndControlBytesGo) {
  check({
      {"[   12.5] x\n", "x", kConsole, 12.5},
      {"[   12.5] x\r\n", "x", kConsole, 12.5},
      {"[   12.5] x\r\r\n", "x", kConsole, 12.5},
      {"\r[   12.5] x", "x", kConsole, 12.5},
      {"[   12.5] a\rb", "ab", kConsole, 12.5},
      {"[   12.5] a\0\0b\0"sv, "ab", kConsole, 12.5},
      {"\0[   12.5] x"sv, "x", kConsole, 12.5},
      {"[   12.5] \x1b[1;31mBUG:\x1b[0m x", "BUG: x", kConsole, 12.5},
      {"\x1b[32m[   12.5]\x1b[0m[  T7] x", "x", task(7), 12.5},
      {"\x1b[32m[   12.5] \x1b[33mpci\x1b[0m: x", "pci: x", kConsole, 12.5},
      {"[   12.5] x\x1b[", "x", kConsole, 12.5},  // an escape that the line's end cuts off
      {"[   12.5] x\x1b", "x", kConsole, 12.5},
      {"\x1b"
       "c[   12.5] x",
       "x", kConsole, 12.5},
      {"[   12.5] a\x07\x08\x7f"
       "b",
       "ab", kConsole, 12.5},
      {"[   12.5] a\tb", "a\tb", kConsole, 12.5},  // a tab is text
      {"[   12.5] \xc3\xa9\xff", "\xc3\xa9\xff", kConsole, 12.5},
      {"", "", kNone},
      {"\n", "", kNone},
      {"\r\n", "", kNone},
      {"\0\r\n"sv, "", kNone},
  });
}

TEST(LogLine, OtherTextStaysWhole) {
  for (const std::string_view text : {
           "BUG: x",
           " dump_stack+0x1/0x2",
           "[ T12] x",
           "[12] x",
           "[.5] x",
           "[12.] x",
           "[12.5 x",
           "[ 12.5]x",       // "[1.2]text" is somebody else's
           "[12.5][ X1] x",  // no caller of this kind: the whole prefix is foreign
           "[12.5][ T] x",
           "[12.5][ T12 x",
           "[-12.5] x",
           "[<ffffffff81000000>] f+0x1/0x2",
           "[ffffffff81000000] f+0x1/0x2",
           "<IRQ>",
           "<>[12.5] x",
           "<1234>[12.5] x",
           "< 4>x",
           "6,339,5140900;x",  // no flags
           "6,339,x,-;x",
           "6,339,5140900,-",  // no text
           "Jun 18 11:08:59 host sshd[12]: x",
           "2019-06-18T11:08:59 host systemd: x",
           "[2019-06-18T11:08:59] x",  // only in front of a printk prefix
           "2019-06-18",
           "** printk messages dropped ** x",
           "** 12 printk messages dropped",
           "login: ",
       }) {
    check({{text, text, kNone}});
  }
}

TEST(LogLine, HugeNumbersAreNoContexts) {
  check({
      {"[   12.5][ T4294967296] x", "[   12.5][ T4294967296] x", kNone},
      {"99999999999,1,5140900,-;x", "x", kConsole, 5.1409},  // the record is one, its priority none
  });
}

TEST(LogLine, CleanLinesNeedNoSearchForWhatIsToBeRemoved) {
  std::string scratch;
  for (const auto raw :
       {"[    1.5][   T12] a\tb\r\n"sv, "Jun 18 11:08:59 host kernel: [ 1.5] x\n"sv, "plain"sv, ""sv}) {
    EXPECT_EQ(describe(parse_clean_log_line(raw)), describe(parse_log_line(raw, scratch))) << raw;
  }
}

TEST(LogLine, UsesTheScratchOnlyToClean) {
  std::string scratch = "untouched";
  const std::string_view raw = "[   12.5] x";
  EXPECT_EQ(parse_log_line(raw, scratch).text.data(), raw.data() + 10);
  EXPECT_EQ(scratch, "untouched");
}

}  // namespace
}  // namespace ktriage

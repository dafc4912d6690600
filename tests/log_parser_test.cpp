// LogParser: what belongs to a crash beside its own lines, and which lines are triggers at all. With the default rules.

#include "parser/log_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/limits.h"
#include "rules/pack_loader.h"

namespace ktriage {
namespace {

using namespace std::string_view_literals;  // inputs hold NUL bytes

std::vector<CrashReport> parse(std::string_view log) {
  static const Engine engine(load_default_pack());
  return parse_log(engine, log);
}

std::vector<std::string> titles(std::string_view log) {
  std::vector<std::string> out;
  for (const auto& crash : parse(log)) out.push_back(crash.title);
  return out;
}

using Titles = std::vector<std::string>;

TEST(LogParser, TriggersAreLookedForInTheMessage) {
  const std::vector<std::pair<std::string_view, Titles>> cases = {
      {"", {}},
      {"[ 1.0] all is well\n", {}},
      {"[ 1.0] SYZFAIL: x", {"SYZFAIL: x"}},  // without a line end
      {"[ 1.0] SYZ\x1b[0mFAIL: x\n", {"SYZFAIL: x"}},
      {"[ 1.0] SYZ\0FAIL: x\n"sv, {"SYZFAIL: x"}},
      {"[ 1.0] SYZ\rFAIL: x\n", {"SYZFAIL: x"}},
      {"[ 1.0] SYZ\x10"
       "FAIL: x\n",
       {"SYZFAIL: x"}},
      {"[ 1.0] can't die for more than \n", {}},  // " can't die for more than ": that blank is the prefix's
      {"SYZ\nFAIL: x\n", {}},
  };
  for (const auto& [log, expected] : cases) EXPECT_EQ(titles(log), expected) << testing::PrintToString(log);
}

struct LeadingCase {
  const char* what;
  std::string log;
  std::string report;  // of the last crash
};

TEST(LogParser, AFewLinesOfTheSameContextLeadAReport) {
  const std::string many = "[ 1.0] 1\n[ 1.0] 2\n[ 1.0] 3\n[ 1.0] 4\n[ 1.0] 5\n[ 1.0] 6\n";
  const std::vector<LeadingCase> cases = {
      {"the last five", many + "[ 2.0] SYZFAIL: x\n", "2\n3\n4\n5\n6\nSYZFAIL: x\n"},
      {"empty ones do not count", "[ 1.0] 1\n[ 1.0] \n\n[ 2.0] SYZFAIL: x\n", "1\nSYZFAIL: x\n"},
      {"not of other contexts", "[ 1.0][ T1] 1\n[ 1.0][ T2] 2\n[ 2.0][ T1] SYZFAIL: x\n", "1\nSYZFAIL: x\n"},
      {"no unreliable frames", "[ 1.0] 1\n[ 1.0]  ? f+0x1/0x2\n[ 2.0] SYZFAIL: x\n", "1\nSYZFAIL: x\n"},
      {"back to the trigger of the crash before", "[ 1.0] SYZFAIL: x\n[ 1.0] 1\n[ 2.0] SYZFAIL: y\n",
       "1\nSYZFAIL: y\n"},
      {"which does not count", "[ 1.0] 1\n[ 1.0] SYZFAIL: x\n[ 2.0] SYZFAIL: y\n", "SYZFAIL: y\n"},
      {"not from far away",
       "[ 1.0] 1\n[ 1.0][ T9] " + std::string(limits::kLookBackBytes, '.') + "\n[ 2.0] SYZFAIL: x\n", "SYZFAIL: x\n"},
  };
  for (const auto& [what, log, report] : cases) {
    const auto crashes = parse(log);
    ASSERT_FALSE(crashes.empty()) << what;
    EXPECT_EQ(crashes.back().report, report) << what;
  }
}

TEST(LogParser, PlacesCrashesInTheLog) {
  const std::string before(300000, '\n');  // more than a block
  const auto crashes = parse(before + "[ 2.5] SYZFAIL: x\n[ 3.5] 1\n");
  ASSERT_EQ(crashes.size(), 1U);
  EXPECT_EQ(crashes[0].range.start_byte, before.size());
  EXPECT_EQ(crashes[0].range.start_line, before.size() + 1);
  EXPECT_EQ(crashes[0].range.end_byte, before.size() + 18 + 9);
  EXPECT_EQ(crashes[0].range.end_line, before.size() + 2);
  EXPECT_EQ(crashes[0].time_s, 2.5);
}

TEST(LogParser, TheBannerTellsTheReleaseWhereTheCrashDoesNot) {
  const std::string banner = "[ 0.0] Linux version 6.1.0-test (x@y) #1\n";
  const std::string other = "[ 0.0] Linux version 6.2.0 (x@y) #1\n";
  EXPECT_EQ(parse(banner + "[ 1.0] SYZFAIL: x\n")[0].kernel.release, "6.1.0-test");
  EXPECT_EQ(parse("[ 1.0] SYZFAIL: x\n")[0].kernel.release, "");
  EXPECT_EQ(parse(banner + other + "[ 1.0] SYZFAIL: x\n")[0].kernel.release, "6.2.0");  // the kernel was started anew
}

TEST(LogParser, TellsWhetherTheKernelPanickedAnywhere) {
  static const Engine engine(load_default_pack());
  for (const bool panics : {false, true}) {
    std::vector<CrashReport> crashes;
    LogParser parser(engine, [&](CrashReport&& crash) { crashes.push_back(std::move(crash)); });
    if (panics) parser.push("[ 0.5][ T2] Kernel panic - not syncing: y\n[ 0.5][ T2] ---[ end Kernel panic\n");
    parser.push("[ 1.0][ T1] SYZFAIL: x\n");
    parser.finish();
    EXPECT_FALSE(crashes.back().panicked);
    parser.add_log_facts(crashes.back());
    EXPECT_EQ(crashes.back().panicked, panics);
  }
}

}  // namespace
}  // namespace ktriage

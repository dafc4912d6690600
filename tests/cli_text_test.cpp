// The pieces of text output that can be tested without a process.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/crash_text.h"
#include "cli/escape.h"
#include "cli/style.h"

namespace ktriage::test {
namespace {

using namespace std::string_view_literals;

TEST(Escape, LeavesTextAlone) {
  for (const auto text :
       {""sv, "BUG: soft lockup in widget_poll"sv, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x9b"sv, R"(a\b)"sv}) {
    EXPECT_EQ(escape_for_terminal(text), text);
  }
}

TEST(Escape, ShowsWhatATerminalWouldObey) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"\x1b[31mred"sv, R"(\x1B[31mred)"sv},
           {"a\r\nb\0c"sv, R"(a\x0D\x0Ab\x00c)"sv},
           {"a\tb"sv, "a b"sv},
           {"\x7f"sv, R"(\x7F)"sv},
           {"\xc2\x9b[m"sv, R"(\xC2\x9B[m)"sv},              // C1, as UTF-8
           {"\x9b[m"sv, R"(\x9B[m)"sv},                      // C1, as a byte
           {"\xff\xc3"sv, R"(\xFF\xC3)"sv},                  // no UTF-8; cut off
           {"\xc0\xaf"sv, R"(\xC0\xAF)"sv},                  // overlong
           {"\xe0\x80\xaf"sv, R"(\xE0\x80\xAF)"sv},          // overlong
           {"\xed\xa0\x80"sv, R"(\xED\xA0\x80)"sv},          // a surrogate
           {"\xf4\x90\x80\x80"sv, R"(\xF4\x90\x80\x80)"sv},  // beyond Unicode
           {"\xe2\x82 euro"sv, R"(\xE2\x82 euro)"sv},        // a character that lacks its end
           {"\xe2\x80\xae text"sv, R"(\u{202E} text)"sv},    // right-to-left override
       }) {
    EXPECT_EQ(escape_for_terminal(text), expected);
  }
}

TEST(Escape, OfEveryPairOfBytesIsHarmless) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const std::string escaped = escape_for_terminal(text);
      for (const char c : escaped) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
      EXPECT_EQ(escape_for_terminal(escaped), escaped) << first << " " << second;
    }
  }
}

CrashReport crash() {
  CrashReport out;
  out.title = "WARNING in widget_poll";
  out.range = {10, 20, 3, 4};
  Stack stack;
  for (int i = 0; i < 12; ++i) {
    Frame frame;
    frame.function = "f" + std::to_string(i);
    frame.reliable = i != 1;
    stack.frames.push_back(frame);
  }
  out.stacks.push_back(stack);
  return out;
}

TEST(CrashText, IsShort) {
  EXPECT_EQ(crash_to_text(crash(), "a.log", Style(false)),
            "WARNING in widget_poll\n"
            "  where     a.log:3-4\n"
            "  stack     f0\n            f2\n            f3\n            f4\n            f5\n            f6\n"
            "            f7\n            f8\n            … 3 more\n");
}

TEST(CrashText, ColoursTheTitleByItsTrust) {
  CrashReport report = crash();
  EXPECT_TRUE(crash_to_text(report, "a.log", Style(true)).starts_with("\x1b[1;31mWARNING in widget_poll\x1b[0m\n"));
  report.corrupted_reason = "torn";
  const std::string text = crash_to_text(report, "a.log", Style(true));
  EXPECT_TRUE(text.starts_with("\x1b[1;33mWARNING in widget_poll\x1b[0m\n"));
  EXPECT_NE(text.find("torn"), std::string::npos);
}

TEST(CrashText, EscapesEveryField) {
  CrashReport report = crash();
  const std::string evil = "\x1b]0;x\x07\n";
  report.title = report.type = report.comm = report.corrupted_reason = evil;
  report.kernel = {evil, evil, evil, evil, evil};
  report.guilty = Guilty{evil, evil, evil, 1, evil};
  report.stacks = {Stack{StackRole::Crash, evil, {Frame{evil, {}, {}, {}, evil, evil, evil, 1, true, true}}}};
  const std::string text = crash_to_text(report, evil, Style(false));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
}

}  // namespace
}  // namespace ktriage::test

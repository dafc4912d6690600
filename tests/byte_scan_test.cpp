// The vector passes over raw bytes say what a byte-by-byte reading says, wherever in a register a byte stands.

#include "parser/byte_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

namespace ktriage {
namespace {

size_t find_slowly(std::string_view bytes, size_t at) {
  for (; at < bytes.size(); ++at) {
    const char next = at + 1 < bytes.size() ? bytes[at + 1] : '\n';
    const bool line_end = bytes[at] == '\r' && (next == '\r' || next == '\n');
    if (is_control(bytes[at]) && bytes[at] != '\n' && !line_end) return at;
  }
  return std::string_view::npos;
}

TEST(ByteScan, ControlBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    EXPECT_EQ(is_control(static_cast<char>(byte)), control) << byte;
  }
}

TEST(ByteScan, FindsAnyByteAtAnyPlace) {
  for (const char c : {'\0', '\x01', '\x1b', '\x7f', '\t', '\n', '\r', '\x1f', ' ', '\x80', '\xff'}) {
    for (size_t at = 0; at < 1200; ++at) {
      std::string bytes(1200, 'x');
      bytes[at] = c;
      ASSERT_EQ(find_inner_control(bytes, 0), find_slowly(bytes, 0)) << static_cast<int>(c) << " at " << at;
    }
  }
}

TEST(ByteScan, AgreesWithByteByByteOnRandomBytes) {
  std::mt19937 random(1);  // the same bytes at every run
  const std::string_view alphabet = "abc\n\r\t\r\n";
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 3000, 'x');
    for (auto& c : bytes) c = random() % 4 == 0 ? alphabet[random() % alphabet.size()] : 'x';
    if (random() % 2 == 0 && !bytes.empty()) bytes[random() % bytes.size()] = static_cast<char>(random());
    for (size_t at = 0; at != std::string_view::npos; at = find_slowly(bytes, at)) {
      ASSERT_EQ(find_inner_control(bytes, at), find_slowly(bytes, at))
          << testing::PrintToString(bytes) << " from " << at;
      ++at;
    }
    ASSERT_EQ(count_newlines(bytes), static_cast<uint64_t>(std::count(bytes.begin(), bytes.end(), '\n')));
  }
}

TEST(ByteScan, CountsMoreThanALaneHolds) {
  EXPECT_EQ(count_newlines(std::string(100000, '\n')), 100000U);
  EXPECT_EQ(count_newlines(""), 0U);
}

}  // namespace
}  // namespace ktriage

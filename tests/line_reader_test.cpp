// LineReader: what the sink sees, line by line, is a function of the bytes alone.

#include "parser/line_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "parser/limits.h"

namespace ktriage {
namespace {

struct Line {
  uint64_t offset;
  uint64_t number;
  std::string text;
  bool cut = false;  // a piece of an overlong line, and not its last one

  bool operator==(const Line&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Line& line) {
  return out << line.number << "@" << line.offset << (line.cut ? " cut" : "") << " of " << line.text.size()
             << " bytes '" << line.text.substr(0, 40) << "'";
}

/// Collects lines, and checks what holds for every block.
class Collector {
 public:
  void push(std::string_view chunk) {
    reader_.push(std::string(chunk));
  }  // a copy that dies: views must not outlive it
  std::vector<Line> finish() {
    reader_.finish();
    return std::exchange(lines_, {});
  }
  const LineReader& reader() const { return reader_; }

 private:
  void take(const LineBlock& block) {
    EXPECT_FALSE(block.bytes.empty());
    EXPECT_EQ(block.offset, next_offset_);
    next_offset_ += block.bytes.size();
    uint64_t number = block.first_line;
    for (size_t at = 0; at < block.bytes.size(); ++number) {
      const size_t end = std::min(block.bytes.find('\n', at), block.bytes.size() - 1) + 1;
      lines_.push_back({block.offset + at, number, std::string(block.bytes.substr(at, end - at)), block.cut});
      at = end;
    }
    EXPECT_TRUE(!block.cut || block.bytes.find('\n') == std::string_view::npos);
  }

  std::vector<Line> lines_;
  uint64_t next_offset_ = 0;
  LineReader reader_{[this](const LineBlock& block) { take(block); }};
};

std::vector<Line> read_whole(std::string_view input) {
  Collector collector;
  collector.push(input);
  return collector.finish();
}

std::vector<Line> read_in_chunks(std::string_view input, size_t chunk) {
  Collector collector;
  for (size_t at = 0; at < input.size(); at += chunk) collector.push(input.substr(at, chunk));
  return collector.finish();
}

struct Case {
  std::string_view input;
  std::vector<Line> lines;
};

using namespace std::string_view_literals;  // inputs hold NUL bytes

const std::vector<Case>& small_cases() {
  static const std::vector<Case> cases = {
      {"", {}},
      {"a", {{0, 1, "a"}}},
      {"\n", {{0, 1, "\n"}}},
      {"\n\n", {{0, 1, "\n"}, {1, 2, "\n"}}},
      {"a\n", {{0, 1, "a\n"}}},
      {"a\nb", {{0, 1, "a\n"}, {2, 2, "b"}}},
      {"a\nb\n", {{0, 1, "a\n"}, {2, 2, "b\n"}}},
      {"\na\n\nbc", {{0, 1, "\n"}, {1, 2, "a\n"}, {3, 3, "\n"}, {4, 4, "bc"}}},
      {"a\r\nb\r\n", {{0, 1, "a\r\n"}, {3, 2, "b\r\n"}}},  // CR stays: LogLine takes it off
      {"a\r\r\nb\r", {{0, 1, "a\r\r\n"}, {4, 2, "b\r"}}},
      {"\n\ra\n\r", {{0, 1, "\n"}, {1, 2, "\ra\n"}, {4, 3, "\r"}}},
      {"a\0b\n\0"sv, {{0, 1, std::string("a\0b\n"sv)}, {4, 2, std::string("\0"sv)}}},
      {"\xff\xfe\n\x80", {{0, 1, "\xff\xfe\n"}, {3, 2, "\x80"}}},
  };
  return cases;
}

TEST(LineReader, SplitsAtLineFeeds) {
  for (const auto& [input, lines] : small_cases()) EXPECT_EQ(read_whole(input), lines) << testing::PrintToString(input);
}

TEST(LineReader, EveryChunkingOfASmallInputGivesTheSameLines) {
  for (const auto& [input, lines] : small_cases()) {
    const size_t boundaries = input.empty() ? 0 : input.size() - 1;
    for (size_t cuts = 0; cuts < (size_t{1} << boundaries); ++cuts) {  // bit i: cut behind byte i
      Collector collector;
      size_t start = 0;
      for (size_t i = 0; i < boundaries; ++i) {
        if ((cuts >> i & 1) == 0) continue;
        collector.push(input.substr(start, i + 1 - start));
        start = i + 1;
      }
      collector.push({});  // an empty chunk changes nothing
      collector.push(input.substr(start));
      EXPECT_EQ(collector.finish(), lines) << testing::PrintToString(input) << " with cuts " << cuts;
    }
  }
}

/// `length` bytes without a line feed, different enough that a shifted piece is seen.
std::string text_of(size_t length) {
  std::string text(length, ' ');
  for (size_t i = 0; i < length; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

TEST(LineReader, LinesLongerThanTheLimitComeInMarkedPieces) {
  constexpr size_t kLimit = limits::kLineBytes;
  struct LongCase {
    const char* what;
    size_t length;               // of the line, its line feed included
    std::vector<size_t> pieces;  // all but the last are cut
  };
  const std::vector<LongCase> cases = {
      {"one less", kLimit - 1, {kLimit - 1}},
      {"the limit", kLimit, {kLimit}},
      {"one more: the line feed alone is left", kLimit + 1, {kLimit, 1}},
      {"two more", kLimit + 2, {kLimit, 2}},
      {"twice the limit", 2 * kLimit, {kLimit, kLimit}},
      {"twice and one more", 2 * kLimit + 1, {kLimit, kLimit, 1}},
      {"longer than a block", 5 * kLimit + 9, {kLimit, kLimit, kLimit, kLimit, kLimit, 9}},
  };
  for (const auto& [what, length, pieces] : cases) {
    const std::string line = text_of(length - 1) + "\n";
    const std::string input = "before\n" + line + "after\n";
    std::vector<Line> expected = {{0, 1, "before\n"}};
    size_t at = 0;
    for (const size_t piece : pieces) {
      expected.push_back({7 + at, 2, line.substr(at, piece), at + piece < length});
      at += piece;
    }
    expected.push_back({7 + length, 3, "after\n"});
    EXPECT_EQ(read_whole(input), expected) << what;
    for (const size_t chunk : {size_t{1}, size_t{4096}, kLimit - 1, kLimit, kLimit + 1, size_t{1 << 20}}) {
      EXPECT_EQ(read_in_chunks(input, chunk), expected) << what << " in chunks of " << chunk;
    }
  }
}

TEST(LineReader, ALineOfTenMegabytesIsCutAndHeldInPieces) {
  const std::string input = text_of(10 << 20);  // without an end: 160 whole pieces
  for (const size_t chunk : {input.size(), size_t{1 << 20}, size_t{65537}, size_t{999}}) {
    const auto lines = read_in_chunks(input, chunk);
    ASSERT_EQ(lines.size(), 160U) << chunk;
    std::string joined;
    for (const auto& line : lines) {
      EXPECT_TRUE(line.cut);
      EXPECT_EQ(line.number, 1U);
      EXPECT_EQ(line.text.size(), limits::kLineBytes);
      joined += line.text;
    }
    EXPECT_TRUE(joined == input) << chunk;
  }
}

TEST(LineReader, ManyLinesFillSeveralBlocks) {
  std::string input;
  std::vector<Line> expected;
  for (size_t i = 1; i <= 20000; ++i) {
    const std::string line = "line " + std::to_string(i) + std::string(i % 97, '.') + "\n";
    expected.push_back({input.size(), i, line});
    input += line;
  }
  EXPECT_EQ(read_whole(input), expected);
  for (const size_t chunk : {size_t{13}, size_t{65536}, size_t{300000}})
    EXPECT_EQ(read_in_chunks(input, chunk), expected);
}

TEST(LineReader, GoesOnAfterFinish) {
  Collector collector;
  collector.push("a\nb");
  EXPECT_EQ(collector.finish(), (std::vector<Line>{{0, 1, "a\n"}, {2, 2, "b"}}));
  EXPECT_EQ(collector.reader().consumed(), 3U);
  collector.push("\nc\n");  // the offsets go on; an unterminated line has not been counted as ended
  EXPECT_EQ(collector.finish(), (std::vector<Line>{{3, 2, "\n"}, {4, 3, "c\n"}}));
  EXPECT_EQ(collector.reader().consumed(), 6U);
}

}  // namespace
}  // namespace ktriage

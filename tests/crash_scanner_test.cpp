// CrashScanner: which literals it finds, where, and which lines it marks as unclean.

#include "parser/crash_scanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {
namespace {

using namespace std::string_view_literals;  // inputs hold NUL bytes

RulePack pack_of(const std::vector<std::vector<std::string>>& triggers) {
  RulePack pack;
  for (const auto& family : triggers) {
    pack.families.emplace_back();
    pack.families.back().name = "family " + std::to_string(pack.families.size() - 1);
    pack.families.back().triggers = family;
  }
  return pack;
}

/// Hits as "family:start-end", with B for the banner and U for unclean lines.
std::vector<std::string> scan(const CrashScanner& scanner, std::string_view bytes) {
  std::vector<CrashScanner::Hit> hits;
  const auto scratch = scanner.new_scratch();
  scanner.scan(bytes, *scratch, hits);
  EXPECT_TRUE(std::is_sorted(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.end < b.end; }));
  std::vector<std::string> out;
  for (const auto& hit : hits) {
    std::string who = std::to_string(hit.family);
    if (hit.family == CrashScanner::kBanner) who = "B";
    if (hit.family == CrashScanner::kUnclean) who = "U";
    out.push_back(who + ":" + std::to_string(hit.end - hit.length) + "-" + std::to_string(hit.end));
  }
  return out;
}

using Hits = std::vector<std::string>;

TEST(CrashScanner, FindsLiterals) {
  const RulePack pack = pack_of({{"BUG:", "BUG at"}, {"WARNING:"}, {"BUG: KASAN:"}, {"(x) [y]* $^\\"}});
  const CrashScanner scanner(pack);
  const std::vector<std::pair<std::string_view, Hits>> cases = {
      {"", {}},
      {"nothing here\n", {}},
      {"BUG: x\n", {"0:0-4"}},
      {"x\nBUG: y\n", {"0:2-6"}},
      {"kernel BUG at x", {"0:7-13"}},
      {"BUG: a BUG: b", {"0:0-4", "0:7-11"}},
      {"BUG: KASAN: x", {"0:0-4", "2:0-11"}},  // both: the longer wins later
      {"WARNING: BUG: x", {"1:0-8", "0:9-13"}},
      {"bug: warning: BUG WARNING", {}},  // case counts
      {"B\nUG: x", {}},                   // and a line end tears
      {"(x) [y]* $^\\", {"3:0-12"}},      // literals, not patterns
      {"DEBUG: x", {"0:2-6"}},            // in the middle of a word: ignore patterns take that back
      {"\xff\xfe"
       "BUG: \xff",
       {"0:2-6"}},
  };
  for (const auto& [bytes, hits] : cases) EXPECT_EQ(scan(scanner, bytes), hits) << testing::PrintToString(bytes);
}

TEST(CrashScanner, FindsTheBanner) {
  const RulePack pack = pack_of({{"BUG:"}});
  const CrashScanner scanner(pack);
  EXPECT_EQ(scan(scanner, "[    0.000000] Linux version 6.1.0 (x)\n"), (Hits{"B:15-29"}));
}

TEST(CrashScanner, MarksLinesWithControlBytesOnce) {
  const RulePack pack = pack_of({{"BUG:"}});
  const CrashScanner scanner(pack);
  const std::vector<std::pair<std::string_view, Hits>> cases = {
      {"a\x1b[0mb\n", {"U:1-2"}},
      {"a\0b\n"sv, {"U:1-2"}},
      {"\0\0\0\n\0\n"sv, {"U:0-1", "U:4-5"}},
      {"BU\x1b[0mG: x\n", {"U:2-3"}},
      {"BUG: \x01x\n", {"0:0-4", "U:5-6"}},
      {"\x01 BUG: x\n", {"U:0-1", "0:2-6"}},
      {"a\x7f\n", {"U:1-2"}},
      {"BU\rG: x\n", {"U:2-3"}},  // a carriage return tears as well
      {"a\r\nb\r\n", {}},         // but not at the end
      {"a\r\r\nb\r", {}},
      {"\ra\n", {"U:0-1"}},
      {"a\tb\n", {}},
      {"\xff\x80\xc3\xa9\n", {}},
  };
  for (const auto& [bytes, hits] : cases) EXPECT_EQ(scan(scanner, bytes), hits) << testing::PrintToString(bytes);
}

TEST(CrashScanner, FindsAtEveryOffset) {  // vector code has edges
  const RulePack pack = pack_of({{"BUG:"}});
  const CrashScanner scanner(pack);
  for (size_t at = 0; at < 200; ++at) {
    for (const size_t behind : {size_t{0}, size_t{1}, size_t{40}}) {
      const auto span = [&](size_t length) { return std::to_string(at) + "-" + std::to_string(at + length); };
      std::string bytes = std::string(at, '.') + "BUG:" + std::string(behind, '.');
      EXPECT_EQ(scan(scanner, bytes), Hits{"0:" + span(4)});
      bytes.replace(at, 4, "\x01...");
      EXPECT_EQ(scan(scanner, bytes), Hits{"U:" + span(1)});
    }
  }
}

/// The numbers, from 0, of the lines that find_candidates points at.
std::vector<size_t> candidate_lines(const CrashScanner& scanner, std::string_view bytes) {
  const auto scratch = scanner.new_scratch();
  std::vector<size_t> ends;
  scanner.find_candidates(bytes, *scratch, ends);
  EXPECT_TRUE(std::is_sorted(ends.begin(), ends.end()));
  std::vector<size_t> lines;
  for (const size_t end : ends) {
    const auto line =
        static_cast<size_t>(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(end - 1), '\n'));
    if (lines.empty() || lines.back() != line) lines.push_back(line);
  }
  return lines;
}

TEST(CrashScanner, CandidatesAreAllLinesWithHits) {
  const RulePack pack = pack_of(
      {{"BUG:", "kernel BUG at"}, {"general protection fault", "BUG: KASAN:"}, {"INFO: task ", " blocked for"}});
  const CrashScanner scanner(pack);
  std::string bytes;
  std::vector<size_t> with_hits;
  size_t number = 0;
  for (const auto& family : pack.families) {
    for (const auto& trigger : family.triggers) {
      for (size_t at = 0; at < 70; ++at) {  // at every place in a vector register
        bytes += "nothing at all\n" + std::string(at, '.') + trigger + (at % 2 == 0 ? "\n" : ".\n");
        number += 2;
        with_hits.push_back(number - 1);
      }
    }
  }
  bytes += "BU\x1bG:\n";
  with_hits.push_back(number);
  const auto found = candidate_lines(scanner, bytes);
  EXPECT_TRUE(std::includes(found.begin(), found.end(), with_hits.begin(), with_hits.end()));
  EXPECT_EQ(found, with_hits);  // and there is nothing near a trigger in the other lines
}

TEST(CrashScanner, AppendsToTheHitsItIsGiven) {
  const RulePack pack = pack_of({{"BUG:"}});
  const CrashScanner scanner(pack);
  const auto scratch = scanner.new_scratch();
  std::vector<CrashScanner::Hit> hits;
  scanner.scan("BUG: x", *scratch, hits);
  scanner.scan("BUG: y", *scratch, hits);
  EXPECT_EQ(hits.size(), 2U);
}

}  // namespace
}  // namespace ktriage

#include "tests/invariants.h"

#include <algorithm>
#include <random>

#include "parser/frame_line.h"
#include "parser/line_reader.h"
#include "parser/log_line.h"
#include "parser/log_parser.h"
#include "tests/crash_difference.h"

namespace ktriage::test {
namespace {

constexpr size_t kMaxTitle = 120;

struct Detected {
  uint64_t start_byte;
  uint64_t number;
  const Family* family;
  bool ends_crash;
};

/// The lines at which a crash may start, found without the parser's shortcuts: each line cleaned, scanned and judged
/// alone.
std::vector<Detected> detect_lines(const Engine& engine, std::string_view log) {
  std::vector<Detected> found;
  std::vector<CrashScanner::Hit> hits;
  std::string scratch;
  const auto scan_memory = engine.scanner().new_scratch();
  LineReader reader([&](const LineBlock& block) {
    uint64_t number = block.first_line;
    for (size_t at = 0; at < block.bytes.size(); ++number) {
      const size_t end = std::min(block.bytes.find('\n', at), block.bytes.size() - 1) + 1;
      const LogLine line = parse_log_line(block.bytes.substr(at, end - at), scratch);
      hits.clear();
      engine.scanner().scan(line.text, *scan_memory, hits);
      const Family* family = engine.detect(line.text, hits);
      // A trigger that would continue a crash and announces an info stack in the same torn line ends the crash instead.
      const bool ends_crash = engine.pack().console.info_stacks.matches(line.text);
      if (family != nullptr) found.push_back({block.offset + at, number, family, ends_crash});
      at = end;
    }
  });
  reader.push(log);
  reader.finish();
  return found;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

/// Two kinds of crash that their cleaned text does not give again, by design:
/// - Cleaning takes the contexts away, and without them an info stack ends what can be trusted
/// (ConsoleRules::info_stacks): a crash
///   of T36 that goes on behind such a stack of T36 is cut short.
/// - Cleaning takes unreliable frames away, and a torn console can have one in the same line as the trigger.
bool loses_by_cleaning(const Engine& engine, std::string_view log, const CrashReport& crash) {
  if (engine.pack().console.info_stacks.matches(crash.report)) return true;
  const Family* family = engine.pack().find_family(crash.family);
  if (family != nullptr && family->after_boot) return true;  // the run before it is not part of its text
  std::string scratch;
  const auto line = log.substr(crash.range.start_byte);
  const auto frame = parse_frame_line(parse_log_line(line.substr(0, line.find('\n')), scratch).text);
  return frame && !frame->reliable;
}

std::string in_bytes(const LogRange& range) {
  return "bytes " + std::to_string(range.start_byte) + " to " + std::to_string(range.end_byte);
}

}  // namespace

std::vector<CrashReport> parse_in_pieces(const Engine& engine, std::string_view log, const std::vector<size_t>& cuts) {
  std::vector<CrashReport> crashes;
  LogParser parser(engine, [&](CrashReport&& crash) { crashes.push_back(std::move(crash)); });
  size_t at = 0;
  std::string piece;  // a copy of its own, so that a sanitizer sees a view that outlives its chunk
  for (const size_t cut : cuts) {
    piece.assign(log.substr(at, cut - at));
    parser.push(piece);
    at = cut;
  }
  piece.assign(log.substr(at));
  parser.push(piece);
  parser.finish();
  return crashes;
}

std::vector<size_t> random_cuts(size_t size, size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<size_t> cuts(count);
  for (auto& cut : cuts) cut = std::uniform_int_distribution<size_t>(0, size)(random);
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

std::string streaming_breach(const Engine& engine, std::string_view log, const std::vector<CrashReport>& crashes,
                             const std::vector<size_t>& cuts) {
  const auto found = difference(crashes, parse_in_pieces(engine, log, cuts));
  return found.empty() ? found : "whole and in pieces: " + found;
}

std::string range_breach(std::string_view log, const std::vector<CrashReport>& crashes) {
  uint64_t earliest = 0;
  uint64_t line = 1;
  size_t counted = 0;  // bytes whose line feeds are in `line`
  for (const auto& crash : crashes) {
    const LogRange& range = crash.range;
    if (range.start_byte < earliest) return "out of order: " + in_bytes(range);
    earliest = range.start_byte + 1;
    if (range.start_byte >= range.end_byte || range.end_byte > log.size())
      return in_bytes(range) + " of " + std::to_string(log.size());
    if (range.start_line < 1 || range.start_line > range.end_line) {
      return "lines " + std::to_string(range.start_line) + " to " + std::to_string(range.end_line);
    }
    const auto between = log.substr(counted, range.start_byte - counted);
    line += static_cast<uint64_t>(std::count(between.begin(), between.end(), '\n'));
    counted = range.start_byte;
    if (line != range.start_line)
      return "start_line is " + std::to_string(range.start_line) + ", not " + std::to_string(line);
  }
  return {};
}

std::string detection_breach(const Engine& engine, std::string_view log, const std::vector<CrashReport>& crashes) {
  const auto detected = detect_lines(engine, log);
  for (const auto& crash : crashes) {
    const auto line = std::find_if(detected.begin(), detected.end(),
                                   [&](const Detected& d) { return d.start_byte == crash.range.start_byte; });
    if (line == detected.end()) return "parsed, but not detected: " + crash.title + " at " + in_bytes(crash.range);
    if (line->family->name != crash.family || line->number != crash.range.start_line) {
      return "detected as " + line->family->name + ", parsed as " + crash.family;
    }
  }
  for (const auto& line : detected) {
    if (line.family->after_boot) continue;  // what stands before the line decides too
    const bool parsed = std::any_of(crashes.begin(), crashes.end(), [&](const CrashReport& crash) {
      return crash.range.start_byte <= line.start_byte && line.start_byte < crash.range.end_byte;
    });
    if (!parsed && !line.ends_crash)
      return "detected, but not parsed: " + line.family->name + " in line " + std::to_string(line.number);
  }
  return {};
}

std::string title_breach(const CrashReport& crash) {
  std::vector<std::string> titles = crash.alt_titles;
  titles.push_back(crash.title);
  for (const auto& title : titles) {
    if (title.empty() || title.size() > kMaxTitle) return "a title of " + std::to_string(title.size()) + " bytes";
    if (!is_printable(title)) return "a title with control characters: " + title;
  }
  return {};
}

std::string reparse_breach(const Engine& engine, std::string_view log, const CrashReport& crash) {
  if (loses_by_cleaning(engine, log, crash)) return {};
  const auto again = parse_log(engine, crash.report);
  if (again.empty()) return "'" + crash.title + "' again: no crash";
  if (again.front().title != crash.title) return "'" + crash.title + "' again: '" + again.front().title + "'";
  return {};
}

}  // namespace ktriage::test

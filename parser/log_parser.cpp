#include "parser/log_parser.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "parser/byte_scan.h"
#include "parser/frame_line.h"
#include "parser/limits.h"

namespace ktriage {

LogParser::LogParser(const Engine& engine, Sink sink)
    : engine_(engine),
      sink_(std::move(sink)),
      assembler_(engine.pack().console, [this](AssembledCrash&& crash) { on_crash(std::move(crash)); }),
      reader_([this](const LineBlock& block) { on_block(block); }),
      scratch_(engine.scanner().new_scratch()),
      causes_(engine.pack().console) {}

void LogParser::finish() {
  reader_.finish();
  assembler_.finish();
}

/// Runs from trigger to trigger while no crash is open, line by line while one is.
void LogParser::on_block(const LineBlock& block) {
  const std::string_view bytes = block.bytes;
  candidates_.clear();
  engine_.scanner().find_candidates(bytes, *scratch_, candidates_);
  size_t hit = 0;
  size_t at = 0;
  uint64_t number = block.first_line;
  while (at < bytes.size()) {
    if (assembler_.idle()) {
      if (hit == candidates_.size()) break;
      const size_t newline = bytes.rfind('\n', candidates_[hit] - 1);
      const size_t line = newline == std::string_view::npos || newline < at ? at : newline + 1;
      number += count_newlines(bytes.substr(at, line - at));
      at = line;
    }
    const size_t end = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
    const bool candidate = hit < candidates_.size() && candidates_[hit] <= end;
    while (hit < candidates_.size() && candidates_[hit] <= end) ++hit;
    on_line({bytes.substr(at, end - at), block.offset + at, number, candidate}, bytes.substr(0, at));
    at = end;
    ++number;
  }
  remember(bytes);
}

void LogParser::on_line(const RawLine& raw, std::string_view before) {
  const PlacedLine placed{raw.candidate ? parse_log_line(raw.bytes, clean_line_) : parse_clean_log_line(raw.bytes),
                          raw.offset, raw.offset + raw.bytes.size(), raw.number};
  const std::string_view text = placed.line.text;
  line_hits_.clear();
  // In the raw line a literal may have stood in the prefix, or been torn by bytes that are gone now.
  if (raw.candidate) engine_.scanner().scan(text, *scratch_, line_hits_);
  if (text.starts_with(CrashScanner::kBannerText)) {
    const auto release = text.substr(CrashScanner::kBannerText.size());
    banner_release_ = release.substr(0, release.find(' '));
  }
  suppressed_ = suppressed_ || engine_.suppresses(text, line_hits_);
  const bool is_loader = placed.line.context.kind == Context::Kind::None;  // the kernel may only quote one
  const Family* trigger = line_hits_.empty() ? nullptr : engine_.detect(text, line_hits_);
  if (trigger != nullptr && trigger->after_boot && !(is_loader && rebooted_unexpectedly(before))) trigger = nullptr;
  panicked_ = panicked_ || (trigger != nullptr && engine_.pack().console.panics.matches(text));
  assembler_.add(placed, trigger,
                 [&] { return is_describing_ ? leading_lines(placed.line.context, before) : std::string(); });
}

void LogParser::on_crash(AssembledCrash&& crash) {
  if (!is_describing_) return;
  const auto inside = crash.inside;
  const Context context = crash.context;
  const auto end_time_s = crash.end_time_s;
  CrashReport report = engine_.describe(std::move(crash));
  report.caused_by = causes_.find({report, context, inside, end_time_s});
  if (report.kernel.release.empty()) report.kernel.release = banner_release_;
  sink_(std::move(report));
}

void LogParser::remember(std::string_view block) {
  if (block.size() >= limits::kLookBackBytes) {
    look_back_.assign(block.substr(block.size() - limits::kLookBackBytes));
    return;
  }
  look_back_ += block;
  if (look_back_.size() > 2 * limits::kLookBackBytes) look_back_.erase(0, look_back_.size() - limits::kLookBackBytes);
}

void LogParser::add_log_facts(CrashReport& crash) const {
  crash.panicked = crash.panicked || panicked_;
  crash.suppressed = crash.suppressed || suppressed_;
}

/// What stands before a line, of a fixed length, so that chunks do not matter. `before`: the part in the same block.
std::string LogParser::look_back(std::string_view before) const {
  if (before.size() >= limits::kLookBackBytes)
    return std::string(before.substr(before.size() - limits::kLookBackBytes));
  const std::string_view earlier = look_back_;
  const size_t wanted = std::min(earlier.size(), limits::kLookBackBytes - before.size());
  std::string window(earlier.substr(earlier.size() - wanted));
  window += before;
  return window;
}

/// A boot loader speaks behind the lines of a kernel that had been running and did not say that it would go down.
bool LogParser::rebooted_unexpectedly(std::string_view before) const {
  constexpr double kRunning = 1.0;  // seconds: earlier lines may be repeated when a second console joins
  const std::string window = look_back(before);
  std::string_view rest = window;
  std::string scratch;
  bool running = false;
  while (!rest.empty()) {
    const LogLine line = parse_log_line(rest.substr(0, rest.find('\n')), scratch);
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    if (line.text.starts_with(CrashScanner::kBannerText)) running = false;
    if (engine_.pack().console.shutdowns.matches(line.text)) return false;
    running = running || line.time_s.value_or(0) >= kRunning;
  }
  return running;
}

/// The last lines of `context` before a trigger.
std::string LogParser::leading_lines(const Context& context, std::string_view before) const {
  const std::string window = look_back(before);
  std::vector<std::string> lines;
  std::vector<CrashScanner::Hit> hits;
  std::vector<size_t> candidates;
  engine_.scanner().find_candidates(window, *scratch_, candidates);
  std::string_view rest = window;
  std::string scratch;
  const bool of_task = context.kind == Context::Kind::Task;
  const std::string caller = (of_task ? "T" : "C") + std::to_string(context.id);
  const size_t most = of_task ? limits::kLeadingLinesOfTask : limits::kLeadingLines;
  while (!rest.empty() && lines.size() < most) {
    const size_t newline = rest.size() >= 2 ? rest.rfind('\n', rest.size() - 2) : std::string_view::npos;
    const bool torn = newline == std::string_view::npos && window.size() == limits::kLookBackBytes;
    if (torn) break;
    const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    const bool candidate = !candidates.empty() && candidates.back() > start;
    while (!candidates.empty() && candidates.back() > start) candidates.pop_back();
    const auto raw = rest.substr(start);
    rest = rest.substr(0, start);
    // Most lines are another caller's, which shows without taking them apart.
    if (!candidate && context.has_caller() && raw.find(caller) == std::string_view::npos) continue;
    const LogLine line = candidate ? parse_log_line(raw, scratch) : parse_clean_log_line(raw);
    if (line.context != context || line.text.empty()) continue;
    hits.clear();
    if (candidate) engine_.scanner().scan(line.text, *scratch_, hits);
    if (engine_.detect(line.text, hits) != nullptr) break;  // what stands above is of another crash
    if (const auto frame = parse_frame_line(line.text); frame && !frame->reliable) continue;
    lines.emplace_back(line.text);
  }
  return std::accumulate(lines.rbegin(), lines.rend(), std::string(),
                         [](std::string out, const std::string& line) { return std::move(out) + line + '\n'; });
}

std::vector<CrashReport> parse_log(const Engine& engine, std::string_view log) {
  std::vector<CrashReport> crashes;
  LogParser parser(engine, [&](CrashReport&& crash) { crashes.push_back(std::move(crash)); });
  parser.push(log);
  parser.finish();
  return crashes;
}

}  // namespace ktriage

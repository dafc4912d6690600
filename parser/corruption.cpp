#include "parser/corruption.h"

#include <algorithm>
#include <set>

namespace ktriage {
namespace {

constexpr size_t kFramesWithin = 15;    // lines after a header in which the first frame must stand
constexpr size_t kBareStackFrames = 4;  // in a row make a stack without a header

bool is_trusted_frame(const ReportLine& line) {
  return (line.kind == LineKind::Frame && line.frame->reliable) ||
         line.text.find("(stack is not available)") != std::string_view::npos;
}

/// Does a frame follow the header at `at`, before the next header?
bool frames_follow(const std::vector<ReportLine>& lines, size_t at) {
  size_t looked_at = 0;
  for (size_t i = at + 1; i < lines.size() && looked_at < kFramesWithin; ++i) {
    if (lines[i].kind == LineKind::StackHeader && lines[i].header != lines[at].header) return false;
    if (is_trusted_frame(lines[i])) return true;
    if (!lines[i].is_unreliable_frame()) ++looked_at;
  }
  return false;
}

/// A stack whose header is lost: some architectures print it at another log level.
bool has_bare_stack(const std::vector<ReportLine>& lines) {
  size_t run = 0;
  for (const auto& line : lines) {
    run = is_trusted_frame(line) ? run + 1 : 0;
    if (run >= kBareStackFrames) return true;
  }
  return false;
}

}  // namespace

std::string find_corruption(std::string_view title_line, bool needs_trace, const ReportText& text,
                            const ConsoleRules& console) {
  if (console.corrupted_titles.matches(title_line)) return "the title is torn";
  if (!needs_trace) return {};
  const auto& lines = text.lines();
  std::set<const StackHeader*> seen;  // only the first stack of each form counts: later ones may follow from the crash
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind != LineKind::StackHeader || !lines[i].header->needs_frames) continue;
    if (!seen.insert(lines[i].header).second) continue;
    if (!frames_follow(lines, i)) return "a stack header has no frame below it";
  }
  if (seen.empty() && !has_bare_stack(lines)) return "no stack trace";
  return {};
}

}  // namespace ktriage

#include "parser/corruption.h"

#include <algorithm>
#include <set>

namespace ktriage {
namespace {

constexpr size_t kFramesWithin = 15;  // lines after a header in which the first frame must stand

bool is_trusted_frame(const ReportLine& line) {
  return (line.kind == LineKind::Frame && line.frame->reliable) ||
         line.text.find("(stack is not available)") != std::string_view::npos;
}

/// Does a frame follow the header at `at`, before the next header?
bool frames_follow(const std::vector<ReportLine>& lines, size_t at) {
  const size_t end = std::min(lines.size(), at + 1 + kFramesWithin);
  for (size_t i = at + 1; i < end; ++i) {
    if (lines[i].kind == LineKind::StackHeader && lines[i].header != lines[at].header) return false;
    if (is_trusted_frame(lines[i])) return true;
  }
  return false;
}

}  // namespace

std::string find_corruption(std::string_view title, bool needs_trace, const ReportText& text, const ConsoleRules& console) {
  if (console.corrupted_titles.matches(title)) return "the title is torn";
  if (!needs_trace) return {};
  const auto& lines = text.lines();
  std::set<const StackHeader*> seen;  // only the first stack of each form counts: later ones may follow from the crash
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind != LineKind::StackHeader || !lines[i].header->needs_frames) continue;
    if (!seen.insert(lines[i].header).second) continue;
    if (!frames_follow(lines, i)) return "a stack header has no frame below it";
  }
  if (seen.empty()) return "no stack trace";
  return {};
}

}  // namespace ktriage

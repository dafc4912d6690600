#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"
#include "parser/report_text.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// Decides whether a function is machinery, and says by which entry of which list. Immutable; built once per rule pack.
class FrameLists {
 public:
  explicit FrameLists(const RulePack& pack);

  /// The first entry of `list` (included lists too) that fits `function`.
  std::optional<SkippedFrame> find(std::string_view list, std::string_view function) const;

 private:
  std::map<std::string, std::vector<const FrameList*>, std::less<>> resolved_;  // with includes, transitively
};

/// What a walk has found.
struct WalkResult {
  std::string frame;                  ///< as picked, before prefixes are taken off; empty: none
  std::vector<SkippedFrame> skipped;  ///< on the way to it, in order
  bool broken = false;                ///< a corrupted line ended the walk
};

/// Walks the report from line `start` as `walk` says. `title_frames`: the functions named by the title's own lines, in
/// order. `pack` and `lists` must be of one another.
WalkResult walk_frames(const Walk& walk, const ReportText& text, size_t start,
                       const std::vector<std::string_view>& title_frames, const RulePack& pack,
                       const FrameLists& lists);

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/frame_line.h"
#include "rules/rule_pack.h"

namespace ktriage {

enum class LineKind : uint8_t {
  Other,
  Frame,
  StackHeader,
  InstructionPointer,  ///< `frame` is set if it points into the kernel
  Corruption,          ///< nothing below can be trusted
};

/// One cleaned line of a report with what it was recognised as. Views refer to the ReportText.
struct ReportLine {
  std::string_view text;
  LineKind kind = LineKind::Other;
  std::optional<FrameView> frame;       ///< of Frame and InstructionPointer lines
  const StackHeader* header = nullptr;  ///< of StackHeader lines
  bool may_hold_facts = true;           ///< false: has been looked at, and holds none

  /// A frame that the unwinder does not vouch for.
  bool is_unreliable_frame() const { return kind == LineKind::Frame && !frame->reliable; }
};

/// The lines of one crash, each classified once; everything else is computed from here.
class ReportText {
 public:
  /// `text`: lines ended by '\n', prefixes off. `console` must outlive this object. Unreliable frames are classified
  /// too.
  ReportText(std::string text, const ConsoleRules& console);
  ReportText(const ReportText&) = delete;
  ReportText& operator=(const ReportText&) = delete;

  const std::vector<ReportLine>& lines() const { return lines_; }

 private:
  ReportLine classify(std::string_view text) const;

  std::string text_;
  const ConsoleRules& console_;
  std::vector<ReportLine> lines_;
};

}  // namespace ktriage

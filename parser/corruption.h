#pragma once

#include <string>
#include <string_view>

#include "parser/report_text.h"
#include "rules/rule_pack.h"

namespace ktriage {

inline constexpr std::string_view kCorruptedNoFrame = "no guilty frame on the stack";
inline constexpr std::string_view kCorruptedNoRule = "the title line is not followed by the report it announces";

/// Why a titled report may not be trusted for identity; empty if it may. `needs_trace`: reports of this form show a
/// stack.
std::string find_corruption(std::string_view title_line, bool needs_trace, const ReportText& text,
                            const ConsoleRules& console);

}  // namespace ktriage

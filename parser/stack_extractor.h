#pragma once

#include <vector>

#include "parser/crash_report.h"
#include "parser/report_text.h"

namespace ktriage {

/// All stacks of a report, in printed order, unreliable frames included. The instruction pointer above a trace is its
/// innermost frame; one inside of a trace stands where it was printed.
std::vector<Stack> extract_stacks(const ReportText& text, const ConsoleRules& console);

}  // namespace ktriage

#pragma once

#include "parser/crash_report.h"
#include "parser/report_text.h"

namespace ktriage {

/// Fills what the report says about the machine: kernel, CPU, PID, comm, executor, registers, code bytes and modules.
/// The first mention of each fact counts; what is already set stays.
void extract_machine_state(const ReportText& text, const ConsoleRules& console, CrashReport& report);

}  // namespace ktriage

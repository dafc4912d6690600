#pragma once

#include <string>
#include <string_view>

#include "cli/style.h"
#include "parser/crash_report.h"

namespace ktriage {

/// The crash as a block of lines for people. `file` is the log's name as given. Everything from the log is escaped.
std::string crash_to_text(const CrashReport& crash, std::string_view file, const Style& style);

/// One line for a crash that follows from one printed before (`caused_by` is set); escaped too.
std::string follower_to_text(const CrashReport& crash, std::string_view file, const Style& style);

/// The block's heading, escaped and coloured.
std::string paint_title(const CrashReport& crash, const Style& style);

/// "console.log:12-80, 3.141593 s after boot"; not escaped.
std::string format_place(const CrashReport& crash, std::string_view file);

}  // namespace ktriage

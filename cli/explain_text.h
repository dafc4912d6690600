#pragma once

#include <string>
#include <string_view>

#include "cli/style.h"
#include "parser/crash_report.h"
#include "parser/explain.h"

namespace ktriage {

/// How the crash got its name, as lines that go below the crash's own.
std::string explanation_to_text(const CrashReport& crash, const Explanation& explanation, const Style& style);

/// The same as a block of its own, below the title.
std::string explained_title_to_text(const CrashReport& crash, std::string_view file, const Explanation& explanation,
                                    const Style& style);

}  // namespace ktriage

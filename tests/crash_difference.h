#pragma once

#include <string>
#include <vector>

#include "parser/crash_report.h"

namespace ktriage::test {

/// Every field of a report, one `name: value` a line, so that reports can be compared and differences read.
std::string all_fields(const CrashReport& report);

/// Where two lists of crashes differ first: "crash 2: title: 'a' / 'b'"; empty if they are the same in every field.
std::string difference(const std::vector<CrashReport>& left, const std::vector<CrashReport>& right);

}  // namespace ktriage::test

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// The source file that a crash is probably about: the first one on its symbolized stack that is no generic code; and
/// if the stack goes on into directories below that file's own, the deepest of them. If all is generic, the first file.
/// Empty if no line tells a source position. Linear.
std::string find_guilty_file(const GuiltyFileRules& rules, std::string_view title,
                             const std::vector<std::string_view>& lines);

/// The same of stacks that were symbolized later, by the files of their frames.
std::string find_guilty_file(const GuiltyFileRules& rules, std::string_view title, const std::vector<Stack>& stacks);

}  // namespace ktriage

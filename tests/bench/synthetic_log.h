#pragma once

#include <cstddef>
#include <string>

#include "rules/rule_pack.h"

namespace ktriage::bench {

/// About `bytes` of a healthy console: boot and driver lines with time and caller in front. The same at every call.
std::string clean_log(size_t bytes);

/// The same with a crash every `lines_between` lines, each a rule's example with registers and a stack around it.
std::string crash_rich_log(size_t bytes, size_t lines_between, const RulePack& pack);

}  // namespace ktriage::bench

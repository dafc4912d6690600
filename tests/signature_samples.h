#pragma once

#include <initializer_list>
#include <string>

#include "parser/crash_report.h"

namespace ktriage::test {

/// A stack from words such as "widget_poll+4/8", "?old_call", "helper [inline]", "probe+1/2 [widget]"; +1/2 is added
/// where no offset is given.
Stack stack_of(StackRole role, std::initializer_list<std::string> frames);

/// A report with this title, whose crash stack holds `frames`; its `frame` is what stands behind " in ".
CrashReport crash_of(const std::string& title, std::initializer_list<std::string> frames);

}  // namespace ktriage::test

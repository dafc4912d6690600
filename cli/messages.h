#pragma once

#include <string_view>

#include "rules/result.h"

namespace ktriage {

/// Says something to people, on stderr, behind the program's name. Escaped: file names may hold anything.
void say(std::string_view message);
void say(const Diagnostics& errors);

}  // namespace ktriage

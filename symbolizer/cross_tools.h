#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// What binutils' `tool` may be called where it knows this machine (EM_*), the likeliest first: by $CROSS_COMPILE, as
/// Debian and others name cross tools, and by its own name if the machine is the one that we run on.
std::vector<std::string> cross_tool_names(uint16_t machine, std::string_view tool);

}  // namespace ktriage

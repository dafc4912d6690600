#pragma once

#include <cstdint>
#include <string>

namespace ktriage {

/// A few lines of the source file `file` (relative to `tree`) around `line`, which is marked with ">", each with its
/// number and escaped. Empty if there is no such file below `tree`, or no such line in it.
std::string source_lines(const std::string& tree, const std::string& file, uint32_t line);

}  // namespace ktriage

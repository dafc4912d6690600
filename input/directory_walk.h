#pragma once

#include <string>

#include "input/input.h"

namespace ktriage {

/// Adds the units of the directory `path` (absolute) and of those below it. Symbolic links are not followed, so there
/// are no cycles.
void walk_directory(const std::string& path, const std::string& shown, const InputLimits& limits, FoundInputs& found);

}  // namespace ktriage

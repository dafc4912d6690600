#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"

namespace ktriage {

/// The whole program, given its arguments without its own name.
ExitCode run_command_line(const std::vector<std::string>& arguments);

}  // namespace ktriage

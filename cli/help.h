#pragma once

#include <vector>

#include "cli/command.h"

namespace ktriage {

// On the standard output, as answers to a question.
ExitCode print_version();
ExitCode print_help(const std::vector<Command>& commands);
ExitCode print_help(const Command& command);

}  // namespace ktriage

#pragma once

#include <set>
#include <string>

#include "bisect/config.h"
#include "cli/exit_code.h"
#include "parser/engine.h"

namespace ktriage {

/// The titles that the configuration's target goes by; empty if it names none. Reads its report.
Result<std::set<std::string>> target_titles(const BisectConfig& config, const Engine& engine);

/// Looks up everything that the configuration names, says what is amiss, and else how it was understood.
ExitCode check_bisection(const BisectConfig& config);

/// Prints what would be tested first, were the crash to reproduce.
ExitCode dry_run_bisection(const BisectConfig& config);

}  // namespace ktriage

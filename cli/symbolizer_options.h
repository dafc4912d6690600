#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/command_options.h"
#include "cli/messages.h"
#include "symbolizer/symbolizer.h"

namespace ktriage {

// The options that say which kernel's binaries turn functions into lines: --vmlinux, --modules and what goes with them.
void add_symbolizer_options(OptionsDescription& options);

/// What the options come to; an error if one of them makes no sense.
Result<SymbolizerOptions> symbolizer_options_of(const OptionValues& values);

/// The symbolizer that they ask for; null without --vmlinux. `rules`, `warn`: see SymbolizerOptions. Commands that work
/// in parallel share one: Symbolizer::symbolize(CrashReport&) may be called by several threads at once.
Result<std::unique_ptr<Symbolizer>> symbolizer_of(
    const OptionValues& values, const RulePack* rules,
    std::function<void(const std::string&)> warn = [](const std::string& message) { say(message); });

}  // namespace ktriage

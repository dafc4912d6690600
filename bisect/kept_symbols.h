#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "bisect/config.h"
#include "bisect/lab.h"
#include "bisect/state_directory.h"
#include "parser/engine.h"
#include "symbolizer/symbolizer.h"

namespace ktriage {

/// Copies the vmlinux and modules that `config` names from a worktree to the build's place in the state directory,
/// whole or not at all. Nothing to do without `build.vmlinux`. Returns what went wrong, for people; empty: nothing.
std::string keep_symbols(const BuildConfig& config, const std::filesystem::path& worktree, const StateDirectory& state,
                         const BuildKey& key);

/// The symbolizer of a build whose symbols were kept; null if they were not, or are of no use. `rules` may be null.
std::unique_ptr<Symbolizer> open_symbols(const BuildConfig& config, const StateDirectory& state, const BuildKey& key,
                                         const RulePack* rules);

/// A crash's text with file and line behind each function; nothing if no function was found.
std::optional<std::string> symbolize_text(Symbolizer& symbolizer, const std::string& report);

}  // namespace ktriage

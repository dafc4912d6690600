#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "rules/result.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// One rule file: its name, for messages, and its text.
struct RuleSource {
  std::string_view name;
  std::string_view text;
};

/// How thoroughly a pack is looked at when it is loaded.
enum class Validation {
  Trusted,  ///< the structure only: patterns compile at first use (the built-in pack, which tests have checked)
  Full,     ///< every pattern compiled, every name resolved, duplicate ids found
};

/// Builds a pack from rule files. On failure: every mistake found, each with file, line and column.
Result<RulePack> load_pack(std::span<const RuleSource> files, Validation validation);

/// Reads the *.yaml files of `directory` (in the order of their names, sub-folders included) and lays them over `base`:
/// a rule with an id of `base` takes its place, other rules of an existing family go in front of it, lists of the same
/// name are replaced.
Result<RulePack> overlay_pack(RulePack base, const std::filesystem::path& directory);

/// The rule files that the binary carries, in the order in which they are loaded.
std::span<const RuleSource> default_rule_sources();

/// The pack of the binary. Loaded anew at each call: keep it.
RulePack load_default_pack();

}  // namespace ktriage

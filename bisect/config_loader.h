#pragma once

#include <filesystem>
#include <string>

#include "bisect/config.h"
#include "rules/result.h"

namespace ktriage {

/// Reads the configuration file `path`. On failure: every mistake found, each with file, line and column, unknown keys
/// with the nearest known one. Looks at no other file.
Result<BisectConfig> load_bisect_config(const std::filesystem::path& path);

/// The same for a text; `name` stands for the file in messages, `directory` is what relative paths start from.
Result<BisectConfig> parse_bisect_config(const std::string& text, const std::string& name,
                                         const std::filesystem::path& directory);

}  // namespace ktriage

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bisect/config.h"

namespace ktriage {

/// The command line that boots what `config` says, the serial console on stdout. Relative files are of `directory`.
std::vector<std::string> qemu_command(const QemuConfig& config, const std::filesystem::path& directory);

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace ktriage {

/// The first `limit` bytes of a regular file; nothing if there is none, or it cannot be read. Never waits.
std::optional<std::string> read_small_file(const std::string& path, size_t limit = 4096);

}  // namespace ktriage

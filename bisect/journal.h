#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bisect/unique_fd.h"
#include "rules/result.h"

namespace ktriage {

/// An append-only file of JSON objects, one a line, each with a checksum of its line as its first member:
/// {"crc":"89abcdef",…}, the CRC-32 of the line without that member. What append() has returned from survives kill -9
/// and power loss. A last line that was torn is cut off; damage before it is an error.
class Journal {
 public:
  /// Opens or makes the file; `entries` gets what stands in it.
  static Result<Journal> open(const std::filesystem::path& path, std::vector<nlohmann::ordered_json>& entries);

  /// Writes and syncs. `entry` is an object. An error means that nothing can be relied on any more: stop.
  Result<std::string> append(const nlohmann::ordered_json& entry);

 private:
  std::filesystem::path path_;
  UniqueFd fd_;
};

}  // namespace ktriage

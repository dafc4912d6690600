#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/file_descriptor.h"
#include "rules/result.h"

namespace ktriage {

/// The text as a JSON object; nothing if it is none, or nested deeper than anything that is kept here.
std::optional<nlohmann::ordered_json> parse_entry(std::string_view text);

/// What stands in a journal's text.
struct JournalText {
  std::vector<nlohmann::ordered_json> entries;
  size_t good_bytes = 0;  ///< what follows is a last line that was torn
  int damaged_line = 0;   ///< counts from 1; 0: none. Nothing behind it was read
};
JournalText read_journal(std::string_view text);

/// The line that append() writes for an entry.
std::string journal_line(const nlohmann::ordered_json& entry);

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
  FileDescriptor fd_;
};

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/cache_file.h"
#include "symbolizer/mapped_file.h"

namespace ktriage {

/// A stretch of code and the unit of .debug_info that it comes from.
struct UnitStretch {
  uint64_t low = 0;
  uint64_t high = 0;
  uint64_t unit = 0;  ///< its offset
};

/// Decoded units of one binary on disk, in a file named by build id. A file is never changed, only replaced as a whole
/// by rename(2), so readers and writers need no lock and a crash leaves the old one. Everything read is checked against
/// its checksum; what does not fit is as if it were not there. Nothing here is an error: without a cache all goes on.
class IndexCache {
 public:
  /// Null if the key is not usable.
  static std::unique_ptr<IndexCache> open(CacheKey key);

  /// The bytes of a unit's UnitIndex, valid as long as the object; nothing if it is not there or damaged.
  std::optional<std::string_view> find(uint64_t unit) const;
  /// The table of all units; empty if there is none.
  std::span<const UnitStretch> stretches() const { return stretches_; }
  /// No unit is missing in the table.
  bool is_complete() const { return complete_; }

  /// Writes a file with `units`, and those that the file on disk has besides, which another process may have written
  /// meanwhile. True if it was written.
  bool save(const std::map<uint64_t, std::string_view>& units, std::span<const UnitStretch> stretches,
            bool complete) const;

  std::string path() const { return key_.path("lines"); }

 private:
  struct Header;
  struct Entry;

  explicit IndexCache(CacheKey key) : key_(std::move(key)) {}
  void read();

  CacheKey key_;
  MappedFile file_;
  std::span<const Entry> entries_;
  std::span<const UnitStretch> stretches_;
  bool complete_ = false;
};

}  // namespace ktriage

#pragma once

#include <optional>
#include <string_view>

#include "symbolizer/cache_file.h"
#include "symbolizer/mapped_file.h"

namespace ktriage {

/// A SymbolTable's bytes on disk, in a file that is written once per binary. What does not fit its checksum is as if it
/// were not there, and nothing here is an error: see IndexCache.
class SymbolCache {
 public:
  /// Nothing if there is none, or a damaged one.
  static std::optional<SymbolCache> load(const CacheKey& key);
  /// True if it was written.
  static bool save(const CacheKey& key, std::string_view bytes);

  /// Aligned to 8; valid as long as the object, moved or not.
  std::string_view bytes() const;

 private:
  explicit SymbolCache(MappedFile file) : file_(std::move(file)) {}

  MappedFile file_;
};

}  // namespace ktriage

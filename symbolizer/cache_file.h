#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ktriage {

/// The binary that a cache file is about, and the directory for such files. Without directory or build id no cache.
struct CacheKey {
  std::string directory;
  std::string build_id;    ///< hexadecimal
  uint64_t file_size = 0;  ///< a second look at its identity

  bool usable() const { return !directory.empty() && !build_id.empty() && build_id.size() <= 64; }
  /// "directory/BUILDID.kind"
  std::string path(std::string_view kind) const { return directory + "/" + build_id + "." + std::string(kind); }
};

/// Stands in every cache file's header, so that one written by a machine of another byte order is not taken.
constexpr uint64_t kCacheByteOrder = 0x0102030405060708;

/// Of bytes that a cache file holds; costs less than reading them.
uint64_t cache_checksum(std::string_view bytes);

/// Why a cache file could not be written, as its directory looks, for people.
std::string why_not_written(const std::string& path);

/// A file that takes its name only once it is whole (rename(2)), and otherwise leaves nothing behind. Its directory is
/// made if need be; drafts there of writers that were killed an hour ago or more are removed.
class DraftFile {
 public:
  explicit DraftFile(std::string path);
  DraftFile(const DraftFile&) = delete;
  DraftFile& operator=(const DraftFile&) = delete;
  ~DraftFile();

  /// False if it cannot be written; all that follows is then in vain.
  bool write(std::string_view bytes);
  /// Gives it its name. False if any of it was not written.
  bool keep();

 private:
  std::string path_;
  std::string draft_;
  int fd_ = -1;
  bool sound_ = false;
  bool kept_ = false;
};

}  // namespace ktriage

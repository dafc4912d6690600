#pragma once

#include <cstddef>
#include <cstdint>

namespace ktriage {

/// What one InputUnit may cost at most. A unit that wants more is damaged from there on; what came before counts.
struct InputLimits {
  /// Members of an archive, those of the archives in it included.
  uint64_t members = 10'000'000;

  /// Bytes that all decompression of a unit may give.
  uint64_t unpacked_bytes = uint64_t{16} << 30;

  /// Bytes of one log in an archive or a compressed file.
  uint64_t log_bytes = uint64_t{4} << 30;

  /// How many times a unit may grow by decompression; looked at once it has given `ratio_from_bytes`. Gzip reaches at
  /// most about 1030, consoles 10 to 100.
  uint64_t ratio = 500;
  uint64_t ratio_from_bytes = uint64_t{64} << 20;

  /// A member's name is cut to this length.
  size_t name_bytes = 4096;

  /// An archive, and the archives in it: 2. What stands deeper is passed over.
  int archive_depth = 2;

  /// Bytes that may be kept in memory until the end of an archive or a journal shows what they belong to.
  size_t held_bytes = size_t{64} << 20;

  /// Directories below a directory.
  int directory_depth = 100;
};

}  // namespace ktriage

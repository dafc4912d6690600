#include "input/compression.h"

namespace ktriage {

Compression detect_compression(std::string_view start) {
  using namespace std::string_view_literals;
  if (start.starts_with("\x1f\x8b\x08"sv)) return Compression::Gzip;
  if (start.starts_with("\xfd\x37zXZ\0"sv)) return Compression::Xz;
  if (start.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::Zstd;
  // "BZh9" alone could be text: behind it stands the magic of a block, or of the end of an empty file.
  if (start.size() >= kCompressionMagicBytes && start.starts_with("BZh"sv) && start[3] >= '1' && start[3] <= '9') {
    const auto magic = start.substr(4, 6);
    if (magic == "1AY&SY"sv || magic == "\x17\x72\x45\x38\x50\x90"sv) return Compression::Bzip2;
  }
  return Compression::None;
}

}  // namespace ktriage

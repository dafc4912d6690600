#pragma once

#include <string>
#include <string_view>

#include "rules/result.h"
#include "symbolizer/byte_reader.h"

namespace ktriage {

/// A section with SHF_COMPRESSED: a header that tells method (zlib, zstd) and size, then the data. What would expand
/// more than the methods can, or to more than 4 GiB, is refused before memory is taken.
Result<std::string> inflate_section(std::string_view bytes, ByteReader::Order order, bool wide);

/// GNU's older .zdebug_*: "ZLIB", the size as a big-endian number, then the data.
Result<std::string> inflate_old_section(std::string_view bytes);

/// A whole file as distributions compress modules: .xz, .zst, .gz, told by its first bytes; other bytes come back as
/// they are. At most 1 GiB.
Result<std::string> inflate_file(std::string_view bytes);

/// Whether inflate_file() would change `bytes`.
bool is_compressed_file(std::string_view bytes);

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <string_view>

namespace ktriage {

enum class Compression { None, Gzip, Xz, Zstd, Bzip2 };

/// How many of the first bytes detect_compression() looks at.
inline constexpr size_t kCompressionMagicBytes = 10;

/// Tells by the first bytes of a file; shorter beginnings than kCompressionMagicBytes are whole files.
Compression detect_compression(std::string_view start);

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ktriage {

/// Unpacks a deflate stream, with zlib's header (RFC 1950, kernels before 4.19) or bare (RFC 1951, later ones). Nothing
/// if it is neither, damaged from the start, or longer than `limit`; a stream that breaks off gives what there was.
std::optional<std::string> inflate_all(std::string_view packed, size_t limit);

}  // namespace ktriage

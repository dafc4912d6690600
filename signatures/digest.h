#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ktriage {

/// The first `digits` (at most 64) hexadecimal digits of the SHA-256 of `bytes`.
std::string digest(std::string_view bytes, size_t digits);

}  // namespace ktriage

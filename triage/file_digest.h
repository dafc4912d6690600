#pragma once

#include <string>

#include "input/input.h"

namespace ktriage {

/// 32 hexadecimal digits of the SHA-256 of all bytes of a unit's files, as they lie on disk; empty if one of them
/// cannot be read, or is no regular file. Streams.
std::string file_digest(const InputUnit& unit);

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <string_view>

namespace ktriage {

/// How many of the first bytes looks_like_text() is worth asking about.
inline constexpr size_t kGuessBytes = 4096;

/// Could a file that starts like this be a console? Line noise, NUL bytes and escape sequences are common in one, but
/// not as a third of it.
bool looks_like_text(std::string_view start);

}  // namespace ktriage

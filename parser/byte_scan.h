#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ktriage {

/// Passes over raw bytes, written so that compilers make vector code of them: every byte of a clean log goes through.

uint64_t count_newlines(std::string_view bytes);

/// Bytes that no line of text holds; LogLine takes them out.
constexpr bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Offset of the first control byte at or after `at` that does more than end a line: '\n' passes, and '\r' in front of
/// '\r', '\n' or the end. npos if there is none.
size_t find_inner_control(std::string_view bytes, size_t at);

}  // namespace ktriage

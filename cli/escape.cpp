#include "cli/escape.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace ktriage {
namespace {

struct Decoded {
  uint32_t code_point = 0;
  size_t length = 0;  ///< 0: no UTF-8
};

uint32_t byte_at(std::string_view text, size_t index) { return static_cast<unsigned char>(text[index]); }

/// Reads the first character; strict: no overlong forms, no surrogates.
Decoded decode(std::string_view text) {
  const uint32_t lead = byte_at(text, 0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  uint32_t code_point = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xC0u) != 0x80u) return {};
    code_point = code_point << 6 | (byte_at(text, i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return {};
  return {code_point, length};
}

bool is_control(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

/// Characters that make text read other than it is stored.
bool misleads(uint32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string escape_for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded character = decode(text);
    const size_t length = character.length == 0 ? 1 : character.length;
    if (text.front() == '\t') {
      out += ' ';
    } else if (character.length == 0 || is_control(character.code_point)) {
      for (size_t i = 0; i < length; ++i) fmt::format_to(std::back_inserter(out), "\\x{:02X}", byte_at(text, i));
    } else if (misleads(character.code_point)) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:04X}}}", character.code_point);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace ktriage

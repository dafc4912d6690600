#include "input/text_guess.h"

namespace ktriage {
namespace {

/// How long a UTF-8 sequence is that starts with `byte`; 0: none does.
size_t sequence_length(unsigned char byte) {
  if (byte >= 0xc2 && byte <= 0xdf) return 2;
  if (byte >= 0xe0 && byte <= 0xef) return 3;
  return byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
}

/// How many bytes from `at` on are of a letter beyond ASCII; 0: the byte is none's.
size_t letter_at(std::string_view text, size_t at) {
  const size_t length = sequence_length(static_cast<unsigned char>(text[at]));
  for (size_t i = 1; i < length && at + i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0U) != 0x80U) return 0;
  }
  return length;
}

bool is_plain(unsigned char byte) {
  if (byte >= ' ' && byte < 0x7f) return true;
  return byte == '\n' || byte == '\r' || byte == '\t' || byte == '\b' || byte == '\f' || byte == 0x1b;
}

}  // namespace

bool looks_like_text(std::string_view start) {
  start = start.substr(0, kGuessBytes);
  size_t odd = 0;
  for (size_t at = 0; at < start.size();) {
    const auto byte = static_cast<unsigned char>(start[at]);
    const size_t letter = byte < 0x80 ? 0 : letter_at(start, at);
    if (letter == 0 && !is_plain(byte)) ++odd;
    at += letter == 0 ? 1 : letter;
  }
  return odd * 3 <= start.size();
}

}  // namespace ktriage

#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

namespace ktriage {

/// Reading a text from its front, piece by piece. What is eaten is taken off `text`; nothing is eaten where false or
/// nothing is returned.

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// True if `text` started with `expected`.
inline bool eat(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// The longest front of which `accept` takes each character; may be empty.
template <typename Accept>
std::string_view eat_while(std::string_view& text, Accept accept) {
  size_t n = 0;
  while (n < text.size() && accept(text[n])) ++n;
  const auto taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

inline void eat_blanks(std::string_view& text) {
  eat_while(text, [](char c) { return c == ' ' || c == '\t'; });
}

inline std::string_view eat_digits(std::string_view& text) { return eat_while(text, is_digit); }

/// The number that all of `digits` spell; nothing if they do not, or if it is too large for T. For integers in base
/// `base`.
template <typename T>
std::optional<T> to_number(std::string_view digits, int base = 10) {
  T value{};
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, value, base);
  if (error != std::errc() || end != last || digits.empty()) return std::nullopt;
  return value;
}

/// The same for "12.345".
inline std::optional<double> to_seconds(std::string_view digits) {
  double value = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, value);
  if (error != std::errc() || end != last || digits.empty()) return std::nullopt;
  return value;
}

}  // namespace ktriage

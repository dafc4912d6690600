#include "bisect/duration.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "parser/text_cursor.h"

namespace ktriage {
namespace {

constexpr double kYear = 366.0 * 24 * 3600;

struct Unit {
  std::string_view name;
  double seconds;
};
// "ms" stands before "m": the longer name is tried first. Falling order is checked by size.
constexpr Unit kUnits[] = {{"d", 86400}, {"h", 3600}, {"ms", 0.001}, {"min", 60}, {"m", 60}, {"s", 1}};

const Unit* eat_unit(std::string_view& text) {
  for (const auto& unit : kUnits) {
    if (eat(text, unit.name)) return &unit;
  }
  return nullptr;
}

/// "1.500" → "1.5", "2.000" → "2".
std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::optional<Seconds> parse_duration(std::string_view text) {
  if (const auto plain = to_seconds(text); plain && *plain >= 0 && *plain <= kYear) return Seconds(*plain);
  double total = 0;
  double smallest = kYear;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto digits = eat_while(text, [](char c) { return is_digit(c) || c == '.'; });
    const auto number = to_seconds(digits);
    const Unit* unit = eat_unit(text);
    if (!number || unit == nullptr || unit->seconds >= smallest) return std::nullopt;
    total += *number * unit->seconds;
    smallest = unit->seconds;
  }
  if (total > kYear) return std::nullopt;
  return Seconds(total);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto count = duration.count();
  if (count == 0) return "0s";
  if (count < 0) return "-" + format_duration(-duration);
  const auto fraction = [count](double unit, int digits) {
    return without_trailing_zeros(fmt::format("{:.{}f}", static_cast<double>(count) / unit, digits));
  };
  if (count < 1'000) return fmt::format("{}ns", count);
  if (count < 1'000'000) return fraction(1e3, 3) + "µs";
  if (count < 1'000'000'000) return fraction(1e6, 6) + "ms";
  const auto whole = count / 1'000'000'000;
  std::string seconds = without_trailing_zeros(fmt::format("{}.{:09}", whole % 60, count % 1'000'000'000)) + "s";
  if (whole >= 3600) return fmt::format("{}h{}m{}", whole / 3600, whole / 60 % 60, seconds);
  if (whole >= 60) return fmt::format("{}m{}", whole / 60, seconds);
  return seconds;
}

std::string format_rough_duration(Seconds duration) {
  const auto seconds = static_cast<long long>(std::llround(std::max(0.0, duration.count())));
  if (seconds < 60) return fmt::format("{}s", seconds);
  const auto minutes = (seconds + 30) / 60;
  if (minutes < 60) return fmt::format("{}m", minutes);
  return fmt::format("{}h{:02}m", minutes / 60, minutes % 60);
}

}  // namespace ktriage

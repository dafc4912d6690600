#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ktriage {

using Seconds = std::chrono::duration<double>;

/// Reads "90s", "30m", "1h30m", "0.5s", "2d" or a bare number of seconds; units in falling order, each at most once.
/// Nothing if the text is none of that, or more than a year.
std::optional<Seconds> parse_duration(std::string_view text);

/// As the logs of the field print durations: "4h48m35.451018877s", "250ms", "0s"; nanoseconds are the finest.
std::string format_duration(std::chrono::nanoseconds duration);

/// For people who glance at it: "4h49m", "12m", "35s".
std::string format_rough_duration(Seconds duration);

}  // namespace ktriage

#include "triage/page/page_timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace ktriage {
namespace {

constexpr int kMaxBins = 60;
constexpr int64_t kDay = 86400;

struct Unit {
  int64_t seconds;
  std::string_view name;
};
constexpr std::array<Unit, 10> kUnits = {{{60, "minute"},
                                          {600, "10 minutes"},
                                          {3600, "hour"},
                                          {6 * 3600, "6 hours"},
                                          {kDay, "day"},
                                          {7 * kDay, "week"},
                                          {28 * kDay, "4 weeks"},
                                          {365 * kDay, "year"},
                                          {3650 * kDay, "10 years"},
                                          {365000 * kDay, "1,000 years"}}};

std::optional<int> digits(std::string_view text, size_t at, size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  const char* end = text.data() + at + count;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value);
  if (error != std::errc() || stop != end || value < 0) return std::nullopt;
  return value;
}

int64_t floor_to(int64_t time, int64_t width) {
  const int64_t rest = time % width;
  return time - (rest < 0 ? rest + width : rest);
}

}  // namespace

std::optional<int64_t> seconds_of(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const int64_t midnight = std::chrono::sys_days(date).time_since_epoch().count() * kDay;
  const int hour = digits(text, 11, 2).value_or(0);
  const int minute = digits(text, 14, 2).value_or(0);
  const int second = digits(text, 17, 2).value_or(0);
  return midnight + hour * 3600 + minute * 60 + second;
}

TimeScale::TimeScale(const std::vector<int64_t>& times) {
  if (times.empty()) return;
  const auto [first, last] = std::minmax_element(times.begin(), times.end());
  for (const auto& unit : kUnits) {
    start_ = floor_to(*first, unit.seconds);
    width_ = unit.seconds;
    unit_ = unit.name;
    bins_ = static_cast<int>(std::min<int64_t>((*last - start_) / width_ + 1, kMaxBins));
    if ((*last - start_) / width_ < kMaxBins) break;
  }
}

int TimeScale::bin_of(int64_t time) const {
  return static_cast<int>(std::clamp<int64_t>((time - start_) / width_, 0, bins_ - 1));
}

std::string TimeScale::label(int bin) const {
  const int64_t time = start_ + bin * width_;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(floor_to(time, kDay) / kDay))};
  const int64_t in_day = time - floor_to(time, kDay);
  std::string out = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                static_cast<unsigned>(date.day()));
  if (width_ < kDay) out += fmt::format(" {:02}:{:02}", in_day / 3600, in_day / 60 % 60);
  return out;
}

std::string timeline_html(const TimeScale& scale, const std::map<int, uint64_t>& counts) {
  if (scale.empty()) return "<p class=\"quiet\">No log says when its crash happened.</p>";
  if (scale.bins() == 1) return "<p class=\"quiet\">All of them at " + scale.label(0) + ".</p>";
  uint64_t highest = 1;
  for (const auto& [bin, count] : counts) highest = std::max(highest, count);
  std::string out = fmt::format(
      "<svg id=\"timeline\" viewBox=\"0 0 {0} 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Crashes by "
      "{1}\"><rect class=\"base\" x=\"0\" y=\"99\" width=\"{0}\" height=\"1\"/>",
      scale.bins(), scale.unit());
  for (const auto& [bin, count] : counts) {
    const double height = std::max(2.0, 100.0 * static_cast<double>(count) / static_cast<double>(highest));
    out += fmt::format(
        "<rect class=\"all\" x=\"{}.08\" y=\"{:.2f}\" width=\"0.84\" height=\"{:.2f}\"><title>{}: {} "
        "{}</title></rect>",
        bin, 100 - height, height, scale.label(bin), count, count == 1 ? "crash" : "crashes");
  }
  out += fmt::format("</svg><p class=\"axis\"><span>{}</span><span>at most {} a {}</span><span>{}</span></p>",
                     scale.label(0), highest, scale.unit(), scale.label(scale.bins() - 1));
  return out;
}

}  // namespace ktriage

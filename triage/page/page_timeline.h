#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// Seconds since 1970 of "2026-03-02T10:11:12Z"; the time of day may be absent, a fraction or an offset is passed over.
/// Nothing if `text` is no such date.
std::optional<int64_t> seconds_of(std::string_view text);

/// How time is cut into bars of equal width.
class TimeScale {
 public:
  /// Covers `times` with at most 60 bars of a width that people know (a minute, an hour, a day, a week …).
  explicit TimeScale(const std::vector<int64_t>& times);

  /// Nothing is known about times, so there is nothing to draw.
  bool empty() const { return bins_ == 0; }
  int bins() const { return bins_; }
  /// The bar of a time that was among `times`.
  int bin_of(int64_t time) const;
  /// When the bar begins, in words: the date, and the time of day where bars are shorter than a day.
  std::string label(int bin) const;
  /// "hour", "day", "4 weeks".
  std::string_view unit() const { return unit_; }

 private:
  int64_t start_ = 0;
  int64_t width_ = 1;
  int bins_ = 0;
  std::string_view unit_;
};

/// The bars, and the dates below them, as HTML.
std::string timeline_html(const TimeScale& scale, const std::map<int, uint64_t>& counts);

}  // namespace ktriage

#include "parser/cause_finder.h"

#include <algorithm>

namespace ktriage {
namespace {

constexpr size_t kRemembered = 16;
constexpr double kAtOnce = 1.0;  // seconds between the end of a crash and the beginning of one that follows from it

}  // namespace

std::optional<Cause> CauseFinder::find(const Crash& crash) {
  auto cause = find_among_seen(crash);
  seen_.push_front(
      {crash.report.range.start_byte, crash.report.title, crash.context, crash.report.pid, crash.end_time_s});
  if (seen_.size() > kRemembered) seen_.pop_back();
  return cause;
}

std::optional<Cause> CauseFinder::find_among_seen(const Crash& crash) const {
  const auto named = [](const Seen& seen, const char* why) { return Cause{seen.start_byte, seen.title, why}; };
  for (const auto& seen : seen_) {
    if (crash.inside == seen.start_byte) return named(seen, "it begins inside of that report");
  }
  if (!seen_.empty() && console_.consequences.matches(crash.report.report)) {
    return named(seen_.front(), "the panic says that it follows from a crash");
  }
  for (const auto& seen : seen_) {
    const bool same_task = (crash.context.has_caller() && seen.context == crash.context) ||
                           (crash.report.pid && seen.pid == crash.report.pid && *crash.report.pid != 0);
    const bool at_once = seen.end_time_s && crash.report.time_s && *crash.report.time_s >= *seen.end_time_s &&
                         *crash.report.time_s - *seen.end_time_s <= kAtOnce;
    if (same_task && at_once) return named(seen, "the same task crashed less than a second before");
  }
  return std::nullopt;
}

}  // namespace ktriage

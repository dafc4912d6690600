#include "cli/triage_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace ktriage {
namespace {

constexpr std::chrono::seconds kDelay{2};
constexpr std::chrono::milliseconds kInterval{200};
constexpr size_t kBarWidth = 30;

}  // namespace

TriageProgress::TriageProgress(size_t units)
    : enabled_(isatty(STDERR_FILENO) != 0), units_(std::max<size_t>(units, 1)), next_draw_(start_ + kDelay) {}

void TriageProgress::show(size_t units_done, uint64_t bytes) {
  const auto now = Clock::now();
  if (!enabled_ || now < next_draw_) return;
  next_draw_ = now + kInterval;
  const size_t full = kBarWidth * std::min(units_done, units_) / units_;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double megabytes = static_cast<double>(bytes) / 1e6;
  fmt::print(stderr, "\r[{}{}] {} of {} files, {:.0f} MB, {:.0f} MB/s\x1b[K", std::string(full, '#'),
             std::string(kBarWidth - full, ' '), units_done, units_, megabytes, megabytes / seconds);
  std::fflush(stderr);
  visible_ = true;
}

void TriageProgress::erase() {
  if (!visible_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace ktriage

#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace ktriage {
namespace {

constexpr std::chrono::seconds kDelay{2};
constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

Progress::Progress(size_t files)
    : enabled_(isatty(STDERR_FILENO) != 0), files_(files), next_draw_(Clock::now() + kDelay) {}

void Progress::add_bytes(size_t count) {
  bytes_ += count;
  if (!enabled_ || Clock::now() < next_draw_) return;
  draw();
  next_draw_ = Clock::now() + kInterval;
}

void Progress::draw() {
  std::string line = fmt::format("\r{:.1f} MB read", static_cast<double>(bytes_) / 1e6);
  if (files_ > 1) line += fmt::format(", {} of {} files done", files_done_, files_);
  fmt::print(stderr, "{}\x1b[K", line);
  std::fflush(stderr);
  visible_ = true;
}

void Progress::erase() {
  if (!visible_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace ktriage

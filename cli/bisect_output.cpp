#include "cli/bisect_output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "cli/escape.h"
#include "cli/messages.h"

namespace ktriage {
namespace {

constexpr std::chrono::milliseconds kInterval{500};

/// Bytes that a terminal shows in one line; a line that wraps cannot be taken away again.
size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
}

}  // namespace

BisectOutput::BisectOutput(const std::filesystem::path& file, bool json)
    : file_(std::fopen(file.c_str(), "we")), json_(json), on_terminal_(isatty(STDERR_FILENO) != 0) {
  if (file_ == nullptr) {
    failed_ = true;
    say(file.string() + ": cannot be written");
  }
}

BisectOutput::~BisectOutput() {
  erase();
  if (file_ != nullptr) std::fclose(file_);
}

void BisectOutput::log(std::string_view line) {
  // Commit messages and consoles may hold anything, and people look at the file in terminals too.
  const std::string text = escape_for_terminal(line) + "\n";
  if (file_ != nullptr && (std::fputs(text.c_str(), file_) == EOF || std::fflush(file_) != 0)) failed_ = true;
  if (json_ || (is_replaying_ && is_replaying_())) return;
  erase();
  output_.write(text);
  output_.flush();
}

void BisectOutput::status(const SessionStatus& status) {
  const auto now = Clock::now();
  worker_since_.resize(status.workers.size(), now);
  for (size_t i = 0; i < status.workers.size(); ++i) {
    if (i >= status_.workers.size() || status.workers[i] != status_.workers[i]) worker_since_[i] = now;
  }
  status_ = status;
  status_since_ = next_draw_ = now;
}

void BisectOutput::complain(const std::string& problem) {
  erase();
  say(problem);
}

void BisectOutput::tick() {
  if (!on_terminal_ || finished_ || Clock::now() < next_draw_) return;
  draw();
  next_draw_ = Clock::now() + kInterval;
}

/// The most telling first: a narrow terminal cuts the rest off.
std::string BisectOutput::status_line() const {
  const auto now = Clock::now();
  std::string line = status_.phase;
  if (status_.steps_left >= 0) {
    line += fmt::format(": {} revision{} left, about {} step{}", status_.revisions_left,
                        status_.revisions_left == 1 ? "" : "s", status_.steps_left, status_.steps_left == 1 ? "" : "s");
  }
  // What was estimated runs down until there is news.
  const Seconds left = status_.time_left - (now - status_since_);
  if (status_.time_left.count() > 0) line += ", " + format_rough_duration(std::max(left, Seconds(0))) + " to go";
  for (size_t i = 0; i < status_.workers.size(); ++i) {
    const auto& doing = status_.workers[i];
    if (!doing.empty()) line += " | " + doing + " " + format_rough_duration(now - worker_since_[i]);
  }
  line += fmt::format(" | {} builds, {} runs", status_.builds, status_.runs);
  if (status_.confidence > 0) line += fmt::format(", {:.0f}% sure", 100 * status_.confidence);
  return line;
}

void BisectOutput::draw() {
  fmt::print(stderr, "\r{}\x1b[K", escape_for_terminal(status_line()).substr(0, terminal_width()));
  std::fflush(stderr);
  visible_ = true;
}

void BisectOutput::erase() {
  if (!visible_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  visible_ = false;
}

void BisectOutput::finish() {
  erase();
  finished_ = true;
}

}  // namespace ktriage

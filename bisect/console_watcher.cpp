#include "bisect/console_watcher.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ktriage {
namespace {

// As `ktriage watch` reckons: after the first silence a crash whose end has been seen is complete, after the second
// any.
constexpr std::chrono::milliseconds kSilence{50};
constexpr std::chrono::milliseconds kLongSilence{3000};

}  // namespace

ConsoleWatcher::ConsoleWatcher(const Engine& engine, const TargetMatcher& target, std::string success, std::string file)
    : success_(std::move(success)),
      file_(std::move(file)),
      parser_(engine,
              [this, &target](CrashReport&& crash) {
                if (crash.suppressed) return;
                CrashIdentity identity = target.identify(crash);
                TargetVerdict verdict = target.judge(identity);
                target_seen_ = target_seen_ || verdict.is_target;
                crashes_.push_back({std::move(crash.title), std::move(crash.alt_titles), std::move(crash.type),
                                    std::move(crash.report), verdict.is_target, std::move(*identity.signature),
                                    std::move(verdict.why)});
              }),
      last_data_(Clock::now()) {}

OutputWatcher::Wish ConsoleWatcher::on_output(std::string_view bytes) {
  if (file_.empty()) take(bytes);
  return wish();
}

OutputWatcher::Wish ConsoleWatcher::on_tick() {
  if (!file_.empty()) read_file();
  const auto silent_for = Clock::now() - last_data_;
  if (!paused_ && silent_for >= kSilence) {
    parser_.pause(false);
    paused_ = true;
  }
  if (!paused_all_ && silent_for >= kLongSilence) {
    parser_.pause(true);
    paused_all_ = true;
  }
  return wish();
}

void ConsoleWatcher::finish() {
  if (!file_.empty()) read_file();
  parser_.finish();
}

void ConsoleWatcher::take(std::string_view bytes) {
  bytes_ += bytes.size();
  last_data_ = Clock::now();
  paused_ = paused_all_ = false;
  parser_.push(bytes);
  if (success_.empty() || success_seen_) return;
  tail_ += bytes;
  success_seen_ = tail_.find(success_) != std::string::npos;
  if (tail_.size() > success_.size()) tail_.erase(0, tail_.size() - success_.size());
}

void ConsoleWatcher::read_file() {
  if (!file_fd_) file_fd_ = FileDescriptor(open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 65536> buffer{};
  for (ssize_t got = 0; file_fd_ && (got = read(file_fd_.get(), buffer.data(), buffer.size())) > 0;) {
    take({buffer.data(), static_cast<size_t>(got)});
  }
}

OutputWatcher::Wish ConsoleWatcher::wish() const {
  const bool gone = parser_.panicked() && paused_all_;
  return target_seen_ || success_seen_ || gone ? Wish::Stop : Wish::GoOn;
}

}  // namespace ktriage

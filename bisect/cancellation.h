#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>

namespace ktriage {

/// Tells another thread to give up what it does: a flag that poll(2) can wait for too.
class Cancellation {
 public:
  Cancellation() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::runtime_error("cannot make an eventfd");
  }
  ~Cancellation() { close(fd_); }
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  void cancel() {
    raised_ = true;
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
  }
  /// Takes it back, before the next task. REQUIRES: nobody cancels meanwhile.
  void reset() {
    uint64_t count = 0;
    [[maybe_unused]] const auto got = read(fd_, &count, sizeof count);
    raised_ = false;
  }
  bool cancelled() const { return raised_; }
  /// Readable once cancelled.
  int fd() const { return fd_; }

 private:
  int fd_;
  std::atomic<bool> raised_ = false;
};

}  // namespace ktriage

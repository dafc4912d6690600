#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ktriage {

/// A bar on stderr for work over two seconds, if that is a terminal.
class TriageProgress {
 public:
  explicit TriageProgress(size_t units);
  ~TriageProgress() { erase(); }
  TriageProgress(const TriageProgress&) = delete;
  TriageProgress& operator=(const TriageProgress&) = delete;

  void show(size_t units_done, uint64_t bytes);
  void erase();

 private:
  using Clock = std::chrono::steady_clock;

  bool enabled_;
  bool visible_ = false;
  size_t units_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_;
};

}  // namespace ktriage

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ktriage {

/// One line on stderr about long work, for people who watch: only if stderr is a terminal, only after a while.
class Progress {
 public:
  explicit Progress(size_t files);
  ~Progress() { erase(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add_bytes(size_t count);
  void file_done() { ++files_done_; }
  /// Takes the line away, before something else is printed and at the end.
  void erase();

 private:
  using Clock = std::chrono::steady_clock;
  void draw();

  bool enabled_;
  bool visible_ = false;
  size_t files_;
  size_t files_done_ = 0;
  uint64_t bytes_ = 0;
  Clock::time_point next_draw_;
};

}  // namespace ktriage

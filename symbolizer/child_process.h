#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/result.h"

namespace ktriage {

/// A program that we talk with through pipes. It is killed when the object goes.
class ChildProcess {
 public:
  using Clock = std::chrono::steady_clock;

  /// Looks for the program in $PATH. Its stderr goes nowhere. An error if it cannot be started.
  static Result<ChildProcess> start(const std::vector<std::string>& arguments);

  ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { stop(); }

  /// False if the program is gone or does not take all of `text` before `deadline`. Reads meanwhile, so that a program
  /// which answers at once does not block.
  bool write(std::string_view text, Clock::time_point deadline);
  /// The next line without its end; nothing at the end of output or if `deadline` passes.
  std::optional<std::string> read_line(Clock::time_point deadline);

  pid_t pid() const { return pid_; }
  void close_input();
  /// Kills it at once and waits for it.
  void stop();

 private:
  ChildProcess() = default;
  bool wait(bool for_writing, Clock::time_point deadline, bool& readable, bool& writable);
  bool receive();

  pid_t pid_ = -1;
  int input_ = -1;   // its stdin
  int output_ = -1;  // its stdout
  bool ended_ = false;
  std::string buffer_;
  size_t taken_ = 0;  // of buffer_, by read_line
};

/// What the program prints until it ends or `limit` passes; nothing if that is nothing, or if it cannot be started.
std::optional<std::string> run_to_end(const std::vector<std::string>& arguments, std::chrono::milliseconds limit);

}  // namespace ktriage

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ktriage {

struct LogHeader {
  std::string member;  ///< the log's name within its file; empty: the file is the log
  /// When what the log shows happened: the time of its file or of the archive's member.
  std::optional<std::chrono::sys_seconds> seen;
  /// When the kernel booted; then printk times tell better than `seen` when a crash was.
  std::optional<std::chrono::sys_seconds> booted;
};

/// Takes the logs that a file holds, one after the other.
class LogSink {
 public:
  virtual ~LogSink() = default;

  virtual void begin(LogHeader header) = 0;
  /// REQUIRES: within begin() and end().
  virtual void write(std::string_view bytes) = 0;
  virtual void end() = 0;

  /// Something that is no log, or holds none: an image, a program, a link, a device.
  virtual void pass_over(std::string_view member) = 0;
  /// What could not be read; within begin() and end(): the rest of that log. `member` empty: the file itself.
  virtual void fail(std::string_view member, std::string reason) = 0;
};

}  // namespace ktriage

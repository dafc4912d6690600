#pragma once

#include <filesystem>
#include <functional>

#include "rules/result.h"

namespace ktriage {

/// Keeps two runs from filling the same store at the same time. The kernel takes the lock back when the process ends,
/// however it ends. The file FILE.lock stays; it is empty.
class RunLock {
 public:
  /// Waits for another run to end, as long as `keep_waiting` says so; it is asked ten times a second.
  static Result<RunLock> take(const std::filesystem::path& store, const std::function<bool()>& keep_waiting);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

 private:
  explicit RunLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace ktriage

#include "triage/store/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

namespace ktriage {

Result<RunLock> RunLock::take(const std::filesystem::path& store, const std::function<bool()>& keep_waiting) {
  const std::string file = store.string() + ".lock";
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) {
    return Diagnostic{file, 0, 0,
                      std::string("cannot be made: ") + std::strerror(errno) +  // NOLINT(concurrency-mt-unsafe)
                          "; see that the directory exists and may be written"};
  }
  RunLock lock(fd);
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (!keep_waiting()) {
      return Diagnostic{store, 0, 0, "another run is still working on it; try again when that has ended"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return lock;
}

RunLock::RunLock(RunLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

RunLock::~RunLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace ktriage

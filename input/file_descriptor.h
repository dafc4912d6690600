#pragma once

#include <unistd.h>

#include <utility>

namespace ktriage {

/// Owns an open file descriptor, or borrows a standard one.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }

  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace ktriage

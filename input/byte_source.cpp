#include "input/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace ktriage {
namespace {

// Few system calls per byte, and still in the second-level cache while it is parsed.
constexpr size_t kChunkBytes = 1024 * 1024;
constexpr size_t kLeastChunkBytes = 4096;

std::string remedy(int code) {
  switch (code) {
    case ENOENT:
      return "; is the name right?";
    case EACCES:
      return "; its permissions do not let you read it";
    case EISDIR:
      return "; name the logs in it";
    default:
      return {};
  }
}

Diagnostic failure(const std::string& name, int code) {
  return {display_name(name), 0, 0, "cannot read: " + std::generic_category().message(code) + remedy(code)};
}

}  // namespace

std::string display_name(const std::string& name) { return name == "-" ? "standard input" : name; }

Result<ByteSource> ByteSource::open(const std::string& name, const Interrupt& interrupt) {
  // A FIFO without a writer would block here, deaf to signals: the waiting is poll's.
  const int raw = name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (raw < 0) return failure(name, errno);
  FileDescriptor fd(raw);
  struct stat status {};
  if (fstat(raw, &status) != 0) return failure(name, errno);
  if (S_ISDIR(status.st_mode)) return failure(name, EISDIR);
  return ByteSource(name, std::move(fd), S_ISREG(status.st_mode), static_cast<uint64_t>(status.st_size), interrupt);
}

ByteSource::Wait ByteSource::wait(std::optional<std::chrono::milliseconds> timeout) const {
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24);
  const int milliseconds = timeout ? static_cast<int>(std::min(*timeout, kLongest).count()) : -1;
  while (true) {
    std::array<pollfd, 2> entries = {pollfd{fd_.get(), POLLIN, 0}, pollfd{interrupt_->fd(), POLLIN, 0}};
    const int ready = poll(entries.data(), entries.size(), milliseconds);
    if (ready > 0 && entries[1].revents != 0) return Wait::Interrupted;
    if (ready > 0) return Wait::Readable;
    if (ready == 0) return Wait::TimedOut;
    // poll() fails only because of a signal; if it is one of ours, the next round sees it.
  }
}

/// REQUIRES: the buffer is empty.
void ByteSource::allocate() {
  // Clearing a MiB takes longer than reading a small log. A regular file gets one byte more than it has, so that its
  // end shows at once.
  buffer_.resize(regular_ ? std::clamp<size_t>(size_ + 1, kLeastChunkBytes, kChunkBytes) : kChunkBytes);
}

/// Reads once into the buffer from `at` on.
ByteSource::State ByteSource::fill(size_t at, size_t& got) {
  got = 0;
  if (buffer_.empty()) allocate();
  while (wait() == Wait::Readable) {
    const ssize_t count = ::read(fd_.get(), buffer_.data() + at, buffer_.size() - at);
    if (count > 0) {
      got = static_cast<size_t>(count);
      consumed_ += got;
      return State::Data;
    }
    if (count == 0) return State::End;
    // EPIPE: /dev/kmsg says that records were overwritten before we came; those that are left follow.
    if (errno == EINTR || errno == EAGAIN || errno == EPIPE) continue;
    // A terminal whose other side is gone, as QEMU's -serial pty leaves one.
    if (errno == EIO && isatty(fd_.get()) != 0) return State::End;
    error_ = failure(name_, errno);
    return State::Failed;
  }
  return State::Interrupted;
}

ByteSource::State ByteSource::peek(size_t count, std::string_view& bytes) {
  State state = State::Data;
  if (buffer_.empty()) allocate();
  count = std::min(count, buffer_.size());
  while (peeked_ < count && state == State::Data) {
    size_t got = 0;
    state = fill(peeked_, got);
    peeked_ += got;
  }
  bytes = std::string_view(buffer_.data(), peeked_);
  return state == State::End && peeked_ > 0 ? State::Data : state;
}

ByteSource::State ByteSource::read(std::string_view& bytes) {
  size_t got = std::exchange(peeked_, 0);
  const State state = got > 0 ? State::Data : fill(0, got);
  bytes = std::string_view(buffer_.data(), got);
  return state;
}

bool ByteSource::seek(uint64_t offset) {
  if (!regular_ || lseek(fd_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return false;
  peeked_ = 0;
  return true;
}

std::optional<uint64_t> ByteSource::size() const { return regular_ ? std::optional(size_) : std::nullopt; }

}  // namespace ktriage

#include "input/interrupt.h"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace ktriage {
namespace {

// A signal handler gets no argument of ours: this is the only way to tell it where to write.
std::atomic<int> wake_fd = -1;
static_assert(std::atomic<int>::is_always_lock_free, "the handler reads it");

void wake(int /*signal*/) {
  const int saved = errno;
  [[maybe_unused]] const auto written = write(wake_fd.load(), "", 1);
  errno = saved;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("cannot make a pipe");
  return ends;
}

void set_handler(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // nohup has a program ignore the end of its terminal, and means it.
  struct sigaction before {};
  if (sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() : read_end_(-1), write_end_(-1) {
  const auto ends = make_pipe();
  read_end_ = FileDescriptor(ends[0]);
  write_end_ = FileDescriptor(ends[1]);
  wake_fd = ends[1];
  // SA_RESTART: a crash that is being written is written whole; only poll(2) wakes up.
  set_handler(wake, static_cast<int>(SA_RESETHAND) | SA_RESTART);
}

Interrupt::~Interrupt() {
  set_handler(SIG_DFL, 0);
  wake_fd = -1;
}

bool Interrupt::raised() const {
  pollfd entry{fd(), POLLIN, 0};
  return poll(&entry, 1, 0) > 0;
}

}  // namespace ktriage

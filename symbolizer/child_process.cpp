#include "symbolizer/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

namespace ktriage {
namespace {

constexpr size_t kMaxLine = 1 << 20;  // no answer is longer: the program has gone mad

std::vector<char*> pointers(std::vector<std::string>& arguments) {
  std::vector<char*> out;
  out.reserve(arguments.size() + 1);
  for (auto& argument : arguments) out.push_back(argument.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& arguments) {
  // Sockets rather than pipes: writing to a dead program is then an error and no SIGPIPE.
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) != 0) {
    return Diagnostic{arguments.front(), 0, 0, "cannot be started: " + std::generic_category().message(errno)};
  }
  if (pipe2(out.data(), O_CLOEXEC) != 0) {
    const int code = errno;
    close(in[0]);
    close(in[1]);
    return Diagnostic{arguments.front(), 0, 0, "cannot be started: " + std::generic_category().message(code)};
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C is ours to handle
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  auto copy = arguments;
  pid_t pid = -1;
  const int code = posix_spawnp(&pid, copy.front().c_str(), &actions, &attributes, pointers(copy).data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(in[1]);
  close(out[1]);
  if (code != 0) {
    close(in[0]);
    close(out[0]);
    return Diagnostic{arguments.front(), 0, 0, "cannot be started: " + std::generic_category().message(code)};
  }
  fcntl(in[0], F_SETFL, O_NONBLOCK);
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  ChildProcess child;
  child.pid_ = pid;
  child.input_ = in[0];
  child.output_ = out[0];
  return child;
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(input_, other.input_);
  std::swap(output_, other.output_);
  std::swap(ended_, other.ended_);
  std::swap(buffer_, other.buffer_);
  std::swap(taken_, other.taken_);
  return *this;
}

bool ChildProcess::wait(bool for_writing, Clock::time_point deadline, bool& readable, bool& writable) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    std::array<pollfd, 2> fds = {pollfd{output_, POLLIN, 0}, pollfd{input_, POLLOUT, 0}};
    const int ready = poll(fds.data(), for_writing ? 2 : 1, static_cast<int>(std::min<long>(left, 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    readable = fds[0].revents != 0;
    writable = for_writing && fds[1].revents != 0;
    return true;
  }
}

bool ChildProcess::receive() {
  std::array<char, 16384> block{};
  const ssize_t got = read(output_, block.data(), block.size());
  if (got > 0) {
    buffer_.append(block.data(), static_cast<size_t>(got));
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    ended_ = true;
  }
  return !ended_;
}

bool ChildProcess::write(std::string_view text, Clock::time_point deadline) {
  while (!text.empty()) {
    if (input_ < 0 || ended_) return false;
    bool readable = false;
    bool writable = false;
    if (!wait(true, deadline, readable, writable)) return false;
    if (readable && !receive()) return false;
    if (!writable) continue;
    const ssize_t sent = send(input_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> ChildProcess::read_line(Clock::time_point deadline) {
  while (true) {
    const size_t newline = buffer_.find('\n', taken_);
    if (newline != std::string::npos) {
      std::string line = buffer_.substr(taken_, newline - taken_);
      taken_ = newline + 1;
      if (taken_ > 65536) {
        buffer_.erase(0, taken_);
        taken_ = 0;
      }
      return line;
    }
    if (ended_ || output_ < 0 || buffer_.size() - taken_ > kMaxLine) return std::nullopt;
    bool readable = false;
    bool writable = false;
    if (!wait(false, deadline, readable, writable)) return std::nullopt;
    receive();
  }
}

void ChildProcess::close_input() {
  if (input_ >= 0) close(std::exchange(input_, -1));
}

void ChildProcess::stop() {
  close_input();
  if (output_ >= 0) close(std::exchange(output_, -1));
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);  // its whole group: it may be a script
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::optional<std::string> run_to_end(const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
  auto child = ChildProcess::start(arguments);
  if (!child) return std::nullopt;
  child->close_input();
  const auto deadline = ChildProcess::Clock::now() + limit;
  std::string out;
  while (const auto line = child->read_line(deadline)) out += *line + "\n";
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace ktriage

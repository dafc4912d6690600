#include "tests/cli_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace ktriage::test {
namespace {

constexpr std::chrono::seconds kPatience{60};

struct Channel {
  int ours = -1;
  int theirs = -1;
};

enum class Direction { ToThem, FromThem };

Channel open_pipe(Direction direction) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return direction == Direction::ToThem ? Channel{ends[1], ends[0]} : Channel{ends[0], ends[1]};
}

Channel open_terminal() {
  const int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (ours < 0 || grantpt(ours) != 0 || unlockpt(ours) != 0) throw std::runtime_error("posix_openpt");
  return {ours, open(ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC)};
}

/// In the child: never returns.
[[noreturn]] void become(const std::vector<std::string>& arguments, const Setting& setting, int in, int out, int err) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  for (const auto& [name, value] : setting.environment) setenv(name.c_str(), value.c_str(), 1);
  std::string program = KTRIAGE_BINARY;
  std::vector<std::string> texts = arguments;
  std::vector<char*> argv = {program.data()};
  for (auto& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

void close_once(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

/// False at the end. A terminal ends with EIO.
bool drain(int fd, std::string& into) {
  std::array<char, 65536> buffer{};
  const ssize_t count = read(fd, buffer.data(), buffer.size());
  if (count > 0) into.append(buffer.data(), static_cast<size_t>(count));
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const Setting& setting) {
  const Channel in = open_pipe(Direction::ToThem);
  const Channel out = setting.out_is_terminal ? open_terminal() : open_pipe(Direction::FromThem);
  const Channel err = setting.err_is_terminal ? open_terminal() : open_pipe(Direction::FromThem);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) become(arguments, setting, in.theirs, out.theirs, err.theirs);
  for (const int fd : {in.theirs, out.theirs, err.theirs}) close(fd);
  in_ = in.ours;
  out_ = out.ours;
  err_ = err.ours;
  fcntl(in_, F_SETFL, O_NONBLOCK);
  std::signal(SIGPIPE, SIG_IGN);  // it may end before it has read everything
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (int* fd : {&in_, &out_, &err_}) close_once(*fd);
}

void Process::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(in_, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      read_some(std::chrono::milliseconds(10));  // it may wait for us to read
    } else if (errno != EINTR) {
      return;
    }
  }
}

void Process::close_input() { close_once(in_); }

void Process::send_signal(int number) const { kill(pid_, number); }

/// Reads what is there. False once nothing more can come.
bool Process::read_some(std::chrono::milliseconds timeout) {
  std::array<pollfd, 2> entries = {pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
  if (out_ < 0 && err_ < 0) return false;
  if (poll(entries.data(), entries.size(), static_cast<int>(timeout.count())) <= 0) return true;
  if (entries[0].revents != 0 && !drain(out_, ran_.out)) close_once(out_);
  if (entries[1].revents != 0 && !drain(err_, ran_.err)) close_once(err_);
  return true;
}

bool Process::wait_for(const std::string& where, std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (where.find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (!read_some(std::chrono::milliseconds(100))) return where.find(text) != std::string::npos;
  }
  return true;
}

void Process::pause(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) read_some(std::chrono::milliseconds(10));
}

Ran Process::finish() {
  close_input();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (read_some(std::chrono::milliseconds(100))) {
    if (std::chrono::steady_clock::now() > deadline) kill(pid_, SIGKILL);
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  ran_.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return ran_;
}

Ran run_ktriage(const std::vector<std::string>& arguments, std::string_view input, const Setting& setting) {
  Process process(arguments, setting);
  process.write(input);
  return process.finish();
}

}  // namespace ktriage::test

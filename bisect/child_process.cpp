#include "bisect/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "bisect/process_mark.h"
#include "input/file_descriptor.h"

namespace ktriage {
namespace {

using Clock = std::chrono::steady_clock;
using Wish = OutputWatcher::Wish;

constexpr std::chrono::milliseconds kTick{30};
constexpr std::chrono::milliseconds kDrainTime{500};  // for output that descendants hold back at the end
constexpr size_t kErrorLimit = 64 * 1024;
constexpr uint64_t kLogLimit = uint64_t{512} << 20;

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

bool is_gits_own(std::string_view entry) {
  // A hook or an alias of git that starts us sets these; our children must find their repository by their directory.
  for (const std::string_view name :
       {"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_OBJECT_DIRECTORY=", "GIT_COMMON_DIR=", "GIT_PREFIX=",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES=", "GIT_NAMESPACE="}) {
    if (entry.starts_with(name)) return true;
  }
  return false;
}

std::vector<std::string> environment_of(const ProcessSpec& spec) {
  Environment added = spec.environment;
  if (!spec.mark.empty()) added[kMarkVariable] = spec.mark;
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (!is_gits_own(text) && !added.contains(name)) out.emplace_back(text);
  }
  for (const auto& [name, value] : added) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// What the child does between fork and exec: only what is safe in the child of a process with threads.
struct Launch {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const char* directory;
  int in, out, err, report;
  int death_signal;
  pid_t parent;

  [[noreturn]] void run() const {
    setsid();
    prctl(PR_SET_PDEATHSIG, death_signal);
    if (getppid() != parent) _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0 && (directory == nullptr || chdir(directory) == 0)) {
      close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
      execvpe(arguments[0], arguments.data(), environment.data());
    }
    const int error = errno;
    [[maybe_unused]] const auto written = write(report, &error, sizeof error);
    _exit(127);
  }
};

/// One running program.
class Child {
 public:
  explicit Child(const ProcessSpec& spec) : spec_(spec) {}

  /// Empty, or why it could not be started.
  std::string start() {
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    Pipe report = make_pipe();
    const FileDescriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
    auto arguments = spec_.arguments;
    auto environment = environment_of(spec_);
    const std::string directory = spec_.directory.string();
    const int error_end = spec_.separate_errors ? err.write_end.get() : out.write_end.get();
    const Launch launch{pointers_to(arguments),
                        pointers_to(environment),
                        directory.empty() ? nullptr : directory.c_str(),
                        null.get(),
                        out.write_end.get(),
                        error_end,
                        report.write_end.get(),
                        spec_.death_signal,
                        getpid()};
    pid_ = fork();
    if (pid_ == 0) launch.run();
    if (pid_ < 0) return std::generic_category().message(errno);
    exit_ = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    report.write_end.reset();
    int error = 0;
    ssize_t got = 0;
    while ((got = read(report.read_end.get(), &error, sizeof error)) < 0 && errno == EINTR) {
    }
    if (got == sizeof error) {
      waitpid(pid_, nullptr, 0);
      return fmt::format("cannot run {}: {}", spec_.arguments.front(), std::generic_category().message(error));
    }
    out_ = std::move(out.read_end);
    if (spec_.separate_errors) err_ = std::move(err.read_end);
    fcntl(out_.get(), F_SETFL, O_NONBLOCK);
    if (err_) fcntl(err_.get(), F_SETFL, O_NONBLOCK);
    return {};
  }

  bool open_log() {
    if (spec_.log.empty()) return true;
    log_ = FileDescriptor(open(spec_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    return bool(log_);
  }

  ProcessEnd run(const Cancellation& cancellation, OutputWatcher* watcher) {
    watcher_ = watcher;
    const auto start = Clock::now();
    const auto deadline = start + std::chrono::duration_cast<Clock::duration>(spec_.timeout);
    ProcessEnd::Kind kind = ProcessEnd::Kind::Exited;
    while (!has_exited()) {
      if (cancellation.cancelled()) kind = ProcessEnd::Kind::Cancelled;
      if (Clock::now() >= deadline) kind = ProcessEnd::Kind::TimedOut;
      if (wish_ == Wish::Stop) kind = ProcessEnd::Kind::Stopped;
      if (kind != ProcessEnd::Kind::Exited) break;
      wait_for_output(kTick, cancellation.fd());
      if (wish_ == Wish::GoOn && watcher_ != nullptr) wish_ = watcher_->on_tick();
    }
    // What it printed last counts, also when it is killed for its time.
    if (kind != ProcessEnd::Kind::Exited) ask_to_end();
    kill(-pid_, SIGKILL);  // the leader has not been reaped: the number of its group is still ours
    drain();
    return end(kind, std::chrono::duration_cast<Seconds>(Clock::now() - start));
  }

 private:
  bool has_exited() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
  }

  void ask_to_end() {
    if (spec_.grace.count() <= 0) return;
    kill(-pid_, SIGTERM);
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(spec_.grace);
    while (!has_exited() && Clock::now() < deadline) wait_for_output(kTick, -1);
  }

  void wait_for_output(std::chrono::milliseconds time, int wake_fd) {
    // A process may close its output and live on: negative descriptors are passed over.
    std::array<pollfd, 4> entries{
        {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {wake_fd, POLLIN, 0}, {exit_.get(), POLLIN, 0}}};
    poll(entries.data(), entries.size(), static_cast<int>(time.count()));
    read_all();
  }

  void read_all() {
    while (out_ && read_output()) {
    }
    while (err_ && read_errors()) {
    }
  }

  bool read_output() {
    const ssize_t got = read(out_.get(), buffer_.data(), buffer_.size());
    if (got <= 0) {
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) out_.reset();
      return false;
    }
    const std::string_view bytes(buffer_.data(), static_cast<size_t>(got));
    if (result_.output_bytes < kLogLimit) write_log(bytes);
    result_.output_bytes += bytes.size();
    if (watcher_ != nullptr && wish_ == Wish::GoOn) wish_ = watcher_->on_output(bytes);
    return wish_ == Wish::GoOn;
  }

  bool read_errors() {
    const ssize_t got = read(err_.get(), buffer_.data(), buffer_.size());
    if (got <= 0) {
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) err_.reset();
      return false;
    }
    const size_t room = kErrorLimit - std::min(kErrorLimit, result_.errors.size());
    result_.errors.append(buffer_.data(), std::min(room, static_cast<size_t>(got)));
    return true;
  }

  void write_log(std::string_view bytes) {
    while (log_ && !bytes.empty()) {
      const ssize_t put = write(log_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return;  // a full disk must not end the run: the watcher has seen the bytes
      bytes.remove_prefix(static_cast<size_t>(put));
    }
  }

  /// Everyone who held the pipe is dead, but for those who left the session.
  void drain() {
    const auto deadline = Clock::now() + kDrainTime;
    read_all();
    exit_.reset();  // known by now, and no reason to wake up any more
    while ((out_ || err_) && wish_ == Wish::GoOn && Clock::now() < deadline) wait_for_output(kTick, -1);
  }

  ProcessEnd end(ProcessEnd::Kind kind, Seconds seconds) {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (!spec_.mark.empty()) kill_marked_processes(spec_.mark);
    result_.kind = kind;
    result_.seconds = seconds;
    if (kind == ProcessEnd::Kind::Exited && WIFSIGNALED(status)) result_.kind = ProcessEnd::Kind::Signaled;
    result_.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return std::move(result_);
  }

  const ProcessSpec& spec_;
  pid_t pid_ = -1;
  FileDescriptor out_;
  FileDescriptor err_;
  FileDescriptor log_;
  FileDescriptor exit_;  // readable once the process has ended; without it (old kernels) that is seen at the next tick
  OutputWatcher* watcher_ = nullptr;
  Wish wish_ = Wish::GoOn;
  ProcessEnd result_;
  std::array<char, 65536> buffer_{};
};

}  // namespace

std::string ProcessEnd::text() const {
  switch (kind) {
    case Kind::Exited:
      return fmt::format("exit status {}", status);
    case Kind::Signaled:
      return fmt::format("killed by signal {}", status);
    case Kind::TimedOut:
      return "timed out after " + format_rough_duration(seconds);
    case Kind::Stopped:
      return "stopped";
    case Kind::Cancelled:
      return "cancelled";
    case Kind::NotStarted:
      break;
  }
  return errors.empty() ? "not started" : errors;
}

ProcessEnd run_process(const ProcessSpec& spec, const Cancellation& cancellation, OutputWatcher* watcher) {
  ProcessEnd failed;
  if (cancellation.cancelled()) {
    failed.kind = ProcessEnd::Kind::Cancelled;
    return failed;
  }
  const auto child = std::make_unique<Child>(spec);
  if (!child->open_log()) {
    failed.errors = fmt::format("cannot write {}: {}", spec.log.string(), std::generic_category().message(errno));
    return failed;
  }
  failed.errors = child->start();
  return failed.errors.empty() ? child->run(cancellation, watcher) : failed;
}

std::vector<std::string> shell(const std::string& command) { return {"/bin/sh", "-c", command}; }

}  // namespace ktriage

#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bisect/cancellation.h"
#include "bisect/config.h"
#include "bisect/duration.h"

namespace ktriage {

/// A program to run. It gets a session of its own, so that all of its descendants can be ended with it, and /dev/null
/// to read from. git's own variables (GIT_DIR and so on) are not handed on.
struct ProcessSpec {
  std::vector<std::string> arguments;  ///< the first is the program, looked for in $PATH
  std::filesystem::path directory;     ///< to run in; empty: ours
  Environment environment;             ///< on top of ours
  Seconds timeout{600};
  Seconds grace{2};              ///< between SIGTERM and SIGKILL; 0: SIGKILL at once
  int death_signal = SIGKILL;    ///< what the program gets when we die first
  std::filesystem::path log;     ///< gets all output; empty: none is kept
  std::string mark;              ///< descendants that outlive the program are found by it; empty: they are let be
  bool separate_errors = false;  ///< stderr goes to ProcessEnd::errors instead of joining stdout
};

/// Sees the output of a process as it comes.
class OutputWatcher {
 public:
  enum class Wish { GoOn, Stop };
  virtual ~OutputWatcher() = default;
  virtual Wish on_output(std::string_view bytes) = 0;
  /// Called every few dozen milliseconds, whether or not there was output.
  virtual Wish on_tick() { return Wish::GoOn; }
};

/// How a process ended, and by whose doing.
struct ProcessEnd {
  enum class Kind {
    Exited,      ///< `status` is its exit status
    Signaled,    ///< `status` is the signal's number; we did not send it
    TimedOut,    ///< we killed it
    Stopped,     ///< the watcher had seen enough
    Cancelled,   ///< somebody asked us to give up
    NotStarted,  ///< `errors` says why
  };
  Kind kind = Kind::NotStarted;
  int status = 0;
  Seconds seconds{0};
  uint64_t output_bytes = 0;
  std::string errors;  ///< stderr if kept apart (the first 64 KiB), or why it did not start

  bool succeeded() const { return kind == Kind::Exited && status == 0; }
  /// "exit status 2", "killed by signal 9", "timed out" …
  std::string text() const;
};

/// Runs a program to its end, its timeout, the watcher's wish or the cancellation, whichever comes first. Nothing of
/// its session is left running. `watcher` may be null. Thread-safe.
ProcessEnd run_process(const ProcessSpec& spec, const Cancellation& cancellation, OutputWatcher* watcher);

/// sh -c `command`.
std::vector<std::string> shell(const std::string& command);

/// Kills all processes that were started, directly or not, with a mark that begins with `mark`. For what outlived its
/// parent, or us: a bisection that was killed leaves its builds behind. Returns how many there were.
int kill_marked_processes(std::string_view mark);

}  // namespace ktriage

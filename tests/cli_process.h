#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ktriage::test {

/// What a finished process left behind.
struct Ran {
  int exit = -1;  ///< exit status; minus the number of the signal that killed it
  std::string out;
  std::string err;
};

/// How a process is started, besides its arguments.
struct Setting {
  std::vector<std::pair<std::string, std::string>> environment;  ///< set on top of ours; NO_COLOR is taken away first
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

/// A running `ktriage` with its standard streams in our hands.
class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments, const Setting& setting = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Gives it bytes to read. REQUIRES: close_input() was not called.
  void write(std::string_view bytes);
  void close_input();
  void send_signal(int number) const;

  /// Reads its output until `text` is in it; false if that has not come within a time that is generous for loaded
  /// machines.
  bool wait_for_output(std::string_view text) { return wait_for(ran_.out, text); }
  bool wait_for_error(std::string_view text) { return wait_for(ran_.err, text); }

  /// Lets it work and gathers what it says meanwhile.
  void pause(std::chrono::milliseconds time);
  /// What it has said so far.
  const Ran& seen() const { return ran_; }

  /// Ends its input, if that is still open, and gathers all it says until it is gone.
  Ran finish();

 private:
  bool wait_for(const std::string& where, std::string_view text);
  bool read_some(std::chrono::milliseconds timeout);

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  Ran ran_;
};

/// Runs `ktriage` to its end.
Ran run_ktriage(const std::vector<std::string>& arguments, std::string_view input = {}, const Setting& setting = {});

}  // namespace ktriage::test

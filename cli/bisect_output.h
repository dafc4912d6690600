#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bisect/session_output.h"
#include "cli/output.h"

namespace ktriage {

/// The log of a bisection on the standard output and in its file, and on a terminal a line about what is going on.
class BisectOutput : public SessionOutput {
 public:
  /// `file` is written anew: a resumed bisection tells again what it told before. `json`: the standard output is kept
  /// for the result.
  BisectOutput(const std::filesystem::path& file, bool json);
  ~BisectOutput() override;
  BisectOutput(const BisectOutput&) = delete;
  BisectOutput& operator=(const BisectOutput&) = delete;

  void log(std::string_view line) override;
  void status(const SessionStatus& status) override;
  /// About the infrastructure, on stderr.
  void complain(const std::string& problem);
  /// Time has passed: the line is drawn anew now and then.
  void tick();
  /// Takes the line away for good.
  void finish();
  /// While `is_replaying` says so, the log goes to the file only, as people have seen it before.
  void set_quiet(std::function<bool()> is_replaying) { is_replaying_ = std::move(is_replaying); }
  bool failed() const { return failed_ || output_.failed(); }

 private:
  using Clock = std::chrono::steady_clock;
  void draw();
  std::string status_line() const;
  void erase();

  std::FILE* file_;
  bool json_;
  bool on_terminal_;
  bool visible_ = false;
  bool finished_ = false;
  bool failed_ = false;
  Output output_;
  SessionStatus status_;
  Clock::time_point status_since_;
  std::vector<Clock::time_point> worker_since_;
  Clock::time_point next_draw_;
  std::function<bool()> is_replaying_;
};

}  // namespace ktriage

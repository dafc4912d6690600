#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bisect/child_process.h"
#include "bisect/target_matcher.h"
#include "input/file_descriptor.h"
#include "parser/log_parser.h"

namespace ktriage {

/// A crash on the console of a run.
struct SeenCrash {
  std::string title;
  std::vector<std::string> alt_titles;
  std::string type;      ///< as in CrashReport
  std::string report;    ///< cleaned text
  bool matches = false;  ///< it is the target
  Signature signature;
  std::string why;  ///< it matches or does not, in words
};

/// Reads the console of a run while it runs, and wishes for its end as soon as it is decided: the target's crash is
/// complete, a kernel that panicked says no more, or the success marker is there.
class ConsoleWatcher : public OutputWatcher {
 public:
  /// `success` empty: there is no marker. `file` empty: the output is the console; else that file is, as it grows.
  /// Engine and matcher must outlive the watcher.
  ConsoleWatcher(const Engine& engine, const TargetMatcher& target, std::string success, std::string file);

  Wish on_output(std::string_view bytes) override;
  Wish on_tick() override;
  /// The run is over: reads what is left.
  void finish();

  const std::vector<SeenCrash>& crashes() const { return crashes_; }
  bool success_seen() const { return success_seen_; }
  uint64_t console_bytes() const { return bytes_; }

 private:
  using Clock = std::chrono::steady_clock;
  void take(std::string_view bytes);
  void read_file();
  Wish wish() const;

  std::string success_;
  std::string file_;
  FileDescriptor file_fd_;
  std::vector<SeenCrash> crashes_;
  LogParser parser_;
  Clock::time_point last_data_;
  bool paused_ = true;      // ended crashes have been asked for since the last data
  bool paused_all_ = true;  // and all
  bool target_seen_ = false;
  bool success_seen_ = false;
  uint64_t bytes_ = 0;
  std::string tail_;  // where a success marker may have begun
};

}  // namespace ktriage

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "input/input.h"

namespace ktriage {

/// Keeps all that read_input() tells, and checks the order in which it does.
class InputRecorder : public LogSink {
 public:
  struct Log {
    std::string member;
    std::optional<int64_t> time_s;
    uint64_t count = 1;
    std::string text;
    bool ended = false;
  };

  void begin_log(const Start& start) override;
  void bytes(std::string_view piece) override;
  void end_log() override;
  void damaged(const std::string& member, const std::string& reason) override { damages.emplace_back(member, reason); }
  void passed_over(const std::string& member) override { passed.push_back(member); }
  bool keep_going() const override { return asked++ < stop_after; }

  /// The one log that there is; fails the test otherwise.
  Log only() const;
  std::vector<std::string> members() const;

  std::vector<Log> logs;
  std::vector<std::pair<std::string, std::string>> damages;
  std::vector<std::string> passed;
  uint64_t stop_after = UINT64_MAX;
  size_t keep_bytes = SIZE_MAX;  ///< of each log's text
  uint64_t total_bytes = 0;
  mutable uint64_t asked = 0;
};

/// Reads a file, or the one unit that find_inputs() makes of a directory, under `limits`. Errors fail the test.
InputRecorder read_path(const std::string& path, const InputLimits& limits = {});

/// The same for what a file of these bytes would be.
InputRecorder read_bytes_as_file(std::string_view content, const InputLimits& limits = {});

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "parser/crash_report.h"
#include "parser/log_line.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// Tells which crash of a log follows from an earlier one, where the log shows it. Remembers the last few crashes only.
class CauseFinder {
 public:
  struct Crash {
    const CrashReport& report;
    Context context;
    std::optional<uint64_t> inside;    ///< the start of the unfinished crash that it began in
    std::optional<double> end_time_s;  ///< of its last line
  };

  /// `console` must outlive this object.
  explicit CauseFinder(const ConsoleRules& console) : console_(console) {}

  /// The cause of the next crash of the log. Crashes come in the order in which they begin.
  std::optional<Cause> find(const Crash& crash);

 private:
  struct Seen {
    uint64_t start_byte;
    std::string title;
    Context context;
    std::optional<uint32_t> pid;
    std::optional<double> end_time_s;
  };
  std::optional<Cause> find_among_seen(const Crash& crash) const;

  const ConsoleRules& console_;
  std::deque<Seen> seen_;  // the latest in front
};

}  // namespace ktriage

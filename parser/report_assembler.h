#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "parser/crash_report.h"
#include "parser/log_line.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// The text of one crash, as gathered from its log. All meaning is computed later, from this alone.
struct AssembledCrash {
  const Family* family = nullptr;  ///< whose trigger opened it; owned by the rule pack
  std::string leading;             ///< the lines before the trigger, prefixes off
  std::string text;                ///< from the trigger on, prefixes off
  LogRange range;
  Context context;
  std::optional<double> time_s;      ///< of the trigger line
  std::optional<double> end_time_s;  ///< of the last line
  std::optional<uint64_t> inside;    ///< start byte of the unfinished crash of the same context that it stands in
  bool interrupted = false;          ///< another crash began before the line that closes reports of this family
  bool panicked = false;
};

/// A line and where it stands in its log.
struct PlacedLine {
  LogLine line;
  uint64_t start_byte = 0;
  uint64_t end_byte = 0;
  uint64_t number = 0;
};

/// Decides which lines belong to which crash (docs/architecture.md, "From lines to crashes"), and hands crashes out in
/// the order in which they began. Sees the log line by line while any crash is open; between crashes it need only see
/// the lines that hold triggers. Bounded by parser/limits.h.
class ReportAssembler {
 public:
  using Sink = std::function<void(AssembledCrash&&)>;

  ReportAssembler(const ConsoleRules& console, Sink sink) : console_(console), sink_(std::move(sink)) {}

  /// True if no crash is open.
  bool idle() const { return open_.empty(); }  // closed ones wait for open ones only

  /// Takes the next line. `trigger`: the family whose trigger it holds, or null. `leading` is called if the line opens
  /// a crash.
  void add(const PlacedLine& placed, const Family* trigger, const std::function<std::string()>& leading);

  /// The stream has paused. Hands out the crashes whose end has been seen, or all if `all`; lines that arrive later are
  /// still swallowed by the crash they belong to, so that it is not counted twice.
  void pause(bool all);

  /// End of input: hands out what is open.
  void finish();

 private:
  struct Open {
    AssembledCrash crash;
    size_t lines = 0;
    bool has_frame = false;
    size_t lines_since_frame = 0;
    size_t tail_lines = 0;     // since the end marker
    uint64_t last_number = 0;  // of the last line that joined
    bool ended = false;        // an end marker has been seen
    bool all_cpus = false;     // other CPUs' backtraces belong to it
    bool in_title = true;      // a symbolizer repeats the title line for each inlined function
    bool skip_text = false;    // a panic follows a complete report: its stack says nothing new
    bool announced = false;
    bool closed = false;  // complete; waits for crashes that began before it
  };

  bool goes_on_with(const Open& crash, std::string_view text) const;
  Open* innermost(const Context& context);
  bool is_unfinished(const Open& crash) const;
  std::optional<uint64_t> interrupt(const Context& context);
  void open(const PlacedLine& placed, const Family& family, std::string leading, std::optional<uint64_t> inside);
  void join(Open& crash, const PlacedLine& placed);
  void append_text(Open& crash, std::string_view text);
  bool is_over(const Open& crash, uint64_t line_number) const;
  void close(Open& crash);
  void make_room();
  void hand_out();

  const ConsoleRules& console_;
  Sink sink_;
  void announce(Open& crash);

  std::vector<Open>
      open_;  // in the order in which they were opened; those that are closed wait for the ones before them
};

}  // namespace ktriage

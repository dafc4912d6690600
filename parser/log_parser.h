#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/cause_finder.h"
#include "parser/engine.h"
#include "parser/line_reader.h"
#include "parser/report_assembler.h"

namespace ktriage {

/// Bytes of one log in, crashes out. For the same bytes the crashes are the same, whatever the chunks. Memory is
/// bounded (parser/limits.h), time linear. `engine` must outlive the parser; one parser per log, one thread per parser.
class LogParser {
 public:
  using Sink = std::function<void(CrashReport&&)>;

  LogParser(const Engine& engine, Sink sink);

  void push(std::string_view bytes) { reader_.push(bytes); }
  /// End of input.
  void finish();
  /// The stream has paused: see ReportAssembler::pause.
  void pause(bool all) { assembler_.pause(all); }

  /// Completes a crash with what the log has shown so far, wherever it stands: a panic, lines that make it suppressed.
  void add_log_facts(CrashReport& crash) const;
  /// From now on crashes are passed over; what the log as a whole says is still gathered.
  void stop_describing() { is_describing_ = false; }
  /// A panic line has been seen anywhere in the log so far.
  bool panicked() const { return panicked_; }

 private:
  void on_block(const LineBlock& block);
  struct RawLine {
    std::string_view bytes;
    uint64_t offset;
    uint64_t number;
    bool candidate;  // may hold a trigger
  };
  void on_line(const RawLine& raw, std::string_view before);
  void on_crash(AssembledCrash&& crash);
  void remember(std::string_view block);
  std::string look_back(std::string_view before) const;
  std::string leading_lines(const Context& context, std::string_view before) const;
  bool rebooted_unexpectedly(std::string_view before) const;

  const Engine& engine_;
  Sink sink_;
  ReportAssembler assembler_;
  LineReader reader_;
  std::unique_ptr<CrashScanner::Scratch, void (*)(CrashScanner::Scratch*)> scratch_;
  std::vector<size_t> candidates_;
  std::vector<CrashScanner::Hit> line_hits_;
  std::string clean_line_;
  std::string look_back_;       // what stood before the current block
  std::string banner_release_;  // of the last "Linux version" line
  CauseFinder causes_;
  bool is_describing_ = true;
  bool panicked_ = false;
  bool suppressed_ = false;
};

/// All crashes of a log that is in memory.
std::vector<CrashReport> parse_log(const Engine& engine, std::string_view log);

}  // namespace ktriage

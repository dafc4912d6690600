#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/crash_printer.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/symbolizer_options.h"
#include "input/interrupt.h"
#include "input/log_input.h"
#include "parser/log_parser.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kHelp = R"(
Reads finished logs and names the crashes in them: the first one of each log, or every one with --all. FILE may be
compressed (gzip, xz, zstd, bzip2); - or no FILE is the standard input. A log that cannot be read does not stop the others.

Exit status: 0 no crash, 1 crashes found, 2 bad usage or rules, 3 a log could not be read, 130 interrupted.

Examples:
  ktriage parse console.log
  ktriage parse --all --json logs/*.log.gz | jq -r .title | sort | uniq -c
  dmesg | ktriage parse
  ktriage parse --json --vmlinux linux/vmlinux console.log     frames with file, line and inlined calls
)";

enum class Which { First, All };

/// Parses log after log and keeps count.
class LogRun {
 public:
  /// `symbolizer` may be null.
  LogRun(const Engine& engine, Which which, Symbolizer* symbolizer, CrashPrinter& printer, Output& output, size_t files)
      : engine_(engine), which_(which), symbolizer_(symbolizer), printer_(printer), output_(output), progress_(files) {}

  /// False if there is no point in going on.
  bool parse(const std::string& file) {
    std::optional<CrashReport> first;
    const size_t printed = printed_;
    LogParser parser(engine_, [&](CrashReport&& crash) {
      if (which_ == Which::All) return print(std::move(crash), file);
      if (!first) first = std::move(crash);
    });
    const auto end = read_log(file, interrupt_, [&](std::string_view bytes) {
      parser.push(bytes);
      progress_.add_bytes(bytes.size());
    });
    parser.finish();
    if (first) {
      parser.add_log_facts(*first);
      print(std::move(*first), file);
    }
    ++logs_;
    if (printed_ > printed) ++with_crash_;
    if (printed_ == printed && end) ++without_crash_;
    progress_.file_done();
    return note_end(end);
  }

  void print_summary() {
    progress_.erase();
    std::string line = fmt::format("{} logs: {} with crashes, {} without", logs_, with_crash_, without_crash_);
    if (unreadable_ > 0) line += fmt::format(", {} not read to the end", unreadable_);
    say(line);
  }

  ExitCode exit_code() const {
    if (interrupted_) return ExitCode::Interrupted;
    if (unreadable_ > 0 || output_.failed()) return ExitCode::Input;
    return printed_ > 0 ? ExitCode::CrashesFound : ExitCode::Ok;
  }

 private:
  void print(CrashReport crash, const std::string& file) {
    progress_.erase();
    if (symbolizer_ != nullptr) symbolizer_->symbolize(crash);
    ++printed_;
    printer_.print(crash, file);
    output_.flush();
  }

  bool note_end(const Result<ReadEnd>& end) {
    if (!end) {
      progress_.erase();
      say(end.errors());
      ++unreadable_;
    } else {
      interrupted_ = end.value() == ReadEnd::Interrupted;
    }
    return !interrupted_ && !output_.failed();
  }

  const Engine& engine_;
  Which which_;
  Symbolizer* symbolizer_;
  CrashPrinter& printer_;
  Output& output_;
  Progress progress_;
  Interrupt interrupt_;
  size_t printed_ = 0;
  size_t logs_ = 0;
  size_t with_crash_ = 0;
  size_t without_crash_ = 0;
  size_t unreadable_ = 0;
  bool interrupted_ = false;
};

OptionsDescription options() {
  OptionsDescription out("Options");
  out.add_options()("json", po::bool_switch(), "print one JSON object per crash and line (docs/crash.schema.json)");
  out.add_options()("all", po::bool_switch(), "print every crash, as each one ends");
  out.add_options()("explain", po::bool_switch(), "say how each crash got its name");
  add_incidents_option(out);
  add_rules_option(out);
  add_color_option(out);
  add_symbolizer_options(out);
  return out;
}

ExitCode run(const OptionValues& values) {
  const bool json = has_flag(values, "json");
  const bool explained = has_flag(values, "explain");
  if (json && explained) {
    say("--explain is for people: use it without --json");
    return ExitCode::Usage;
  }
  const Result<Style> style = style_of(values);
  if (!style) return say(style.errors()), ExitCode::Usage;
  Result<RulePack> pack = rules_of(values);
  if (!pack) return say(pack.errors()), ExitCode::Usage;

  const Engine engine(std::move(pack.value()), incidents_of(values));
  if (const auto options = symbolizer_options_of(values); !options) return say(options.errors()), ExitCode::Usage;
  const auto symbolizer = symbolizer_of(values, &engine.pack());
  if (!symbolizer) say(symbolizer.errors());  // the crashes are worth having without lines
  const auto files = files_of(values);
  Output output;
  CrashPrinter printer(json        ? Format::Json
                       : explained ? Format::TextAndExplanation
                                   : Format::Text,
                       style.value(), engine.pack(), output);
  LogRun logs(engine, has_flag(values, "all") ? Which::All : Which::First, symbolizer ? symbolizer->get() : nullptr,
              printer, output, files.size());
  for (const auto& file : files) {
    if (!logs.parse(file)) break;
  }
  if (files.size() > 1) logs.print_summary();
  const ExitCode code = logs.exit_code();
  return symbolizer || code == ExitCode::Interrupted ? code : ExitCode::Input;
}

}  // namespace

Command parse_command() { return {"parse", "[FILE|-]...", "name the crashes in finished logs", kHelp, options, run}; }

}  // namespace ktriage

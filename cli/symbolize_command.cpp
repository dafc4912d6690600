#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/interrupt.h"
#include "cli/log_input.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/symbolizer_options.h"
#include "symbolizer/log_symbolizer.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kHelp = R"(
Prints logs as they are, with the source position behind each function+offset, the calls that were inlined there on lines
of their own above it, marked [inline], and the instructions of Code: lines below them. Return addresses are looked up at
the call. FILE may be compressed (gzip, xz, zstd, bzip2); - or no FILE is the standard input.

A vmlinux of another release or build id than the log's is refused: the log is printed as it is. Without --vmlinux the one
of the log's release is looked for where distributions put it (/usr/lib/debug). $DEBUGINFOD_URLS, if set, is asked for
debug information that is not here.

Exit status: 0 done, 2 bad usage, 3 a log, vmlinux or module could not be read or used, 130 interrupted. Whatever happens to
vmlinux, the log is printed.

Examples:
  ktriage symbolize --vmlinux linux/vmlinux console.log
  dmesg | ktriage symbolize --vmlinux /usr/lib/debug/boot/vmlinux-$(uname -r)
  ktriage symbolize --vmlinux vmlinux --modules /lib/modules/6.12.0 --src ~/linux console.log.xz
)";

/// Prints log after log, symbolized.
class SymbolizeRun {
 public:
  SymbolizeRun(Symbolizer* symbolizer, LogSymbolizerOptions options) : symbolizer_(symbolizer), options_(options) {}

  /// False if there is no point in going on.
  bool print(const std::string& file) {
    LogSymbolizer log(symbolizer_, options_, [&](std::string_view text) { output_.write(text); });
    const auto end = read_log(file, interrupt_, [&](std::string_view bytes) {
      log.push(bytes);
      output_.flush();
    });
    log.finish();
    output_.flush();
    if (!end) {
      say(end.errors());
      failed_ = true;
    }
    failed_ = failed_ || log.counts().refused > 0;
    interrupted_ = end && end.value() == ReadEnd::Interrupted;
    add(log.counts());
    return !interrupted_ && !output_.failed();
  }

  /// Says what could not be told, if anything.
  void print_summary() const {
    if (symbolizer_ == nullptr || counts_.resolved == counts_.functions) return;
    std::string reasons;
    for (const auto& [why, count] : symbolizer_->failures()) {
      reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", count, why);
    }
    say(fmt::format("{} of {} functions left as they are: {}", counts_.functions - counts_.resolved, counts_.functions,
                    reasons));
  }

  ExitCode exit_code() const {
    if (interrupted_) return ExitCode::Interrupted;
    return failed_ || output_.failed() ? ExitCode::Input : ExitCode::Ok;
  }

 private:
  void add(const LogSymbolizer::Counts& counts) {
    counts_.functions += counts.functions;
    counts_.resolved += counts.resolved;
    counts_.refused += counts.refused;
  }

  Symbolizer* symbolizer_;
  LogSymbolizerOptions options_;
  Output output_;
  Interrupt interrupt_;
  LogSymbolizer::Counts counts_;
  bool failed_ = false;
  bool interrupted_ = false;
};

OptionsDescription options() {
  OptionsDescription out("Options");
  add_symbolizer_options(out);
  out.add_options()("no-code", po::bool_switch(), "leave Code: lines without their instructions");
  return out;
}

ExitCode run(const OptionValues& values) {
  auto symbolizer = symbolizer_of(values, nullptr);
  // Without a vmlinux there is still a log, which somebody waits for.
  if (!symbolizer) say(symbolizer.errors());
  LogSymbolizerOptions log_options;
  log_options.disassemble = !has_flag(values, "no-code");
  SymbolizeRun run(symbolizer ? symbolizer->get() : nullptr, log_options);
  for (const auto& file : files_of(values)) {
    if (!run.print(file)) break;
  }
  run.print_summary();
  return symbolizer || run.exit_code() == ExitCode::Interrupted ? run.exit_code() : ExitCode::Input;
}

}  // namespace

Command symbolize_command() {
  return {"symbolize", "[FILE|-]...", "print logs with source lines behind functions", kHelp, options, run};
}

}  // namespace ktriage

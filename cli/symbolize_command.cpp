#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/escape.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/source_lines.h"
#include "cli/symbolizer_options.h"
#include "input/interrupt.h"
#include "input/log_input.h"
#include "parser/log_parser.h"
#include "rules/pack_loader.h"
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

// How far into a log its release may stand, where it says which vmlinux to look for.
constexpr size_t kReleaseWithin = 1 << 20;

/// The release that the log's banner or a crash's "Comm: … 6.12.1 #1" names; empty if none does.
std::string_view find_release(std::string_view log) {
  const auto booted = release_of_banner(log);
  return booted.empty() ? release_of_crash(log) : booted;
}

/// Prints logs, symbolized.
class SymbolizeRun {
 public:
  /// Without a `symbolizer` everything is printed as it is, unless one shall be found: then by `found_by`.
  SymbolizeRun(std::unique_ptr<Symbolizer> symbolizer, std::optional<SymbolizerOptions> found_by,
               LogSymbolizerOptions options, std::string tree)
      : symbolizer_(std::move(symbolizer)), found_by_(std::move(found_by)), options_(options), tree_(std::move(tree)) {
    if (!tree_.empty()) engine_.emplace(load_default_pack());
  }

  /// False if there is no point in going on.
  bool print(const std::string& file) {
    start_log();
    const auto end = read_log(file, interrupt_, [&](std::string_view bytes) { take(bytes); });
    finish_log();
    if (!end) {
      say(end.errors());
      failed_ = true;
    }
    interrupted_ = end && end.value() == ReadEnd::Interrupted;
    return !interrupted_ && !output_.failed();
  }

  /// Says what could not be told, if anything.
  void print_summary() const {
    if (counts_.resolved == counts_.functions || !symbolizer_) return;
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
  void start_log() {
    held_.clear();
    sources_.clear();
    log_.reset();
    parser_.reset();
    if (!found_by_) open_log();
    if (engine_) {
      parser_.emplace(*engine_, [this](CrashReport&& crash) {
        if (symbolizer_) symbolizer_->symbolize(crash);
        add_source(crash);
      });
    }
  }

  void open_log() {
    log_.emplace(symbolizer_.get(), options_, [this](std::string_view text) { output_.write(text); });
  }

  void take(std::string_view bytes) {
    if (parser_) parser_->push(bytes);
    if (!log_) {
      held_ += bytes;
      if (find_release(held_).empty() && held_.size() < kReleaseWithin) return;
      open_found();
      bytes = {};
    }
    log_->push(bytes);
    output_.flush();
  }

  /// Opens the vmlinux that the log's release names, and lets go of what was held back until then.
  void open_found() {
    const std::string release(find_release(held_));
    const auto paths = BinaryFinder::vmlinux_candidates(release, found_by_->places.debug_root);
    if (paths.empty()) {
      say(release.empty()
              ? std::string("the log names no release to look for a vmlinux by; --vmlinux FILE names one")
              : "no vmlinux of " + release + " below " + found_by_->places.debug_root + "; --vmlinux FILE names one");
      failed_ = true;
    } else if (!symbolizer_ || symbolizer_->options().vmlinux != paths.front()) {
      SymbolizerOptions options = *found_by_;
      options.vmlinux = paths.front();
      auto opened = Symbolizer::open(std::move(options));
      if (!opened) say(opened.errors());
      failed_ = failed_ || !opened;
      symbolizer_ = opened ? std::move(opened.value()) : nullptr;
    }
    open_log();
    log_->push(std::exchange(held_, {}));
  }

  void finish_log() {
    if (!log_) open_found();
    log_->finish();
    if (parser_) parser_->finish();
    output_.write(sources_);
    output_.flush();
    const auto& counts = log_->counts();
    counts_.functions += counts.functions;
    counts_.resolved += counts.resolved;
    failed_ = failed_ || counts.refused > 0;
  }

  void add_source(const CrashReport& crash) {
    if (!crash.guilty || crash.guilty->line == 0) return;
    const auto& guilty = *crash.guilty;
    const std::string lines = source_lines(tree_, guilty.file, guilty.line);
    sources_ += fmt::format("\n{}\n{} {}:{}\n{}", escape_for_terminal(crash.title),
                            escape_for_terminal(guilty.function), escape_for_terminal(guilty.file), guilty.line, lines);
    if (lines.empty()) say(guilty.file + ": not in " + tree_ + ", so its lines are not shown");
  }

  std::unique_ptr<Symbolizer> symbolizer_;
  std::optional<SymbolizerOptions> found_by_;
  LogSymbolizerOptions options_;
  std::string tree_;  // of the source; empty: not to be shown
  std::optional<Engine> engine_;
  std::optional<LogParser> parser_;
  std::optional<LogSymbolizer> log_;
  std::string held_;     // of the log, until its release is known
  std::string sources_;  // to be printed below the log
  Output output_;
  Interrupt interrupt_;
  LogSymbolizer::Counts counts_;
  bool failed_ = false;
  bool interrupted_ = false;
};

OptionsDescription options() {
  OptionsDescription out("Options");
  add_symbolizer_options(out);
  auto add = out.add_options();
  add("src", po::value<std::string>()->value_name("DIR"),
      "print below the log the source lines of each crash's guilty function, from the tree in DIR");
  add("demangle", po::bool_switch(), "print names of C++ and Rust functions readable, not as the kernel does");
  add("no-code", po::bool_switch(), "leave Code: lines without their instructions");
  return out;
}

ExitCode run(const OptionValues& values) {
  auto options = symbolizer_options_of(values);
  if (!options) return say(options.errors()), ExitCode::Usage;
  std::unique_ptr<Symbolizer> symbolizer;
  std::optional<SymbolizerOptions> found_by;
  bool opened = true;
  if (options->vmlinux.empty()) {
    found_by = std::move(options.value());
  } else {
    auto result = Symbolizer::open(std::move(options.value()));
    opened = result.ok();
    // Without a vmlinux there is still a log, which somebody waits for.
    if (!opened) say(result.errors());
    if (opened) symbolizer = std::move(result.value());
  }
  LogSymbolizerOptions log_options;
  log_options.disassemble = !has_flag(values, "no-code");
  log_options.demangle = has_flag(values, "demangle");
  const std::string tree = values.count("src") > 0 ? values["src"].as<std::string>() : std::string();
  SymbolizeRun run(std::move(symbolizer), std::move(found_by), log_options, tree);
  for (const auto& file : files_of(values)) {
    if (!run.print(file)) break;
  }
  run.print_summary();
  return opened || run.exit_code() == ExitCode::Interrupted ? run.exit_code() : ExitCode::Input;
}

}  // namespace

Command symbolize_command() {
  return {"symbolize", "[FILE|-]...", "print logs with source lines behind functions", kHelp, options, run};
}

}  // namespace ktriage

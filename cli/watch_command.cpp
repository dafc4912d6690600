#include <chrono>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/crash_printer.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/pause_schedule.h"
#include "cli/symbolizer_options.h"
#include "input/byte_source.h"
#include "input/compression.h"
#include "input/interrupt.h"
#include "parser/log_parser.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kHelp = R"(
Reads a live console and prints each crash as soon as it is complete: when its end marker has been seen and the stream
pauses, or after a longer silence. FILE is a pipe, a terminal or a device; a regular file is read to its end. - or no FILE is
the standard input. Ctrl-C prints what is pending.

Exit status: 0 no crash, 1 crashes found, 2 bad usage or rules, 3 the stream could not be read, 130 interrupted.

Examples:
  qemu-system-x86_64 ... -serial stdio | ktriage watch
  ktriage watch /dev/ttyUSB0
  ktriage watch --json /dev/kmsg
  ktriage watch --vmlinux linux/vmlinux /dev/ttyUSB0
)";

/// One live stream from its start to its end.
class Stream {
 public:
  /// `symbolizer` may be null.
  Stream(const Engine& engine, std::string name, PauseSchedule::Duration quiet_after, Symbolizer* symbolizer,
         CrashPrinter& printer, Output& output)
      : name_(std::move(name)),
        schedule_(quiet_after),
        output_(output),
        parser_(engine, [this, symbolizer, &printer](CrashReport&& crash) {
          ++crashes_;
          if (symbolizer != nullptr) symbolizer->symbolize(crash);
          printer.print(crash, name_);
          output_.flush();
        }) {}

  ExitCode watch() {
    const Interrupt interrupt;
    Result<ByteSource> source = ByteSource::open(name_, interrupt);
    if (!source) return say(source.errors()), ExitCode::Input;
    const ByteSource::State end = read_to_end(source.value());
    parser_.finish();
    if (end == ByteSource::State::Interrupted) return ExitCode::Interrupted;
    if (end == ByteSource::State::Failed && !compressed_) say({source->error()});
    if (end == ByteSource::State::Failed || output_.failed()) return ExitCode::Input;
    return crashes_ > 0 ? ExitCode::CrashesFound : ExitCode::Ok;
  }

 private:
  using Clock = std::chrono::steady_clock;

  ByteSource::State read_to_end(ByteSource& source) {
    std::string_view bytes;
    while (!output_.failed()) {
      switch (source.wait(time_left())) {
        case ByteSource::Wait::Interrupted:
          return ByteSource::State::Interrupted;
        case ByteSource::Wait::TimedOut:
          make(schedule_.due(Clock::now()));
          continue;
        case ByteSource::Wait::Readable:
          break;
      }
      // A regular file has no time of its own: nobody waits for its crashes, and all of it is there.
      if (!source.is_regular_file()) make(schedule_.due_behind(Clock::now()));
      const ByteSource::State state = source.read(bytes);
      if (state != ByteSource::State::Data) return state;
      if (std::exchange(at_start_, false) && is_compressed(bytes)) return ByteSource::State::Failed;
      parser_.push(bytes);
      schedule_.data_came(Clock::now());
    }
    return ByteSource::State::End;
  }

  /// Rounded up: waking up too early would mean to wait again.
  std::optional<std::chrono::milliseconds> time_left() const {
    const auto left = schedule_.time_left(Clock::now());
    if (!left) return std::nullopt;
    return std::chrono::ceil<std::chrono::milliseconds>(*left);
  }

  void make(PauseSchedule::Pause pause) {
    if (pause != PauseSchedule::Pause::None) parser_.pause(pause == PauseSchedule::Pause::OfAll);
  }

  bool is_compressed(std::string_view start) {
    compressed_ = detect_compression(start) != Compression::None;
    if (compressed_) say(display_name(name_) + ": compressed, so no live console; use ktriage parse");
    return compressed_;
  }

  std::string name_;
  PauseSchedule schedule_;
  Output& output_;
  LogParser parser_;
  size_t crashes_ = 0;
  bool at_start_ = true;
  bool compressed_ = false;
};

OptionsDescription options() {
  OptionsDescription out("Options");
  out.add_options()("json", po::bool_switch(), "print one JSON object per crash and line (docs/crash.schema.json)");
  out.add_options()("quiet-after", po::value<double>()->value_name("SECONDS")->default_value(2, "2"),
                    "a silence after which a crash is complete even without an end marker");
  add_incidents_option(out);
  add_rules_option(out);
  add_color_option(out);
  add_symbolizer_options(out);
  return out;
}

ExitCode run(const OptionValues& values) {
  const auto files = files_of(values);
  if (files.size() > 1) return say("watch takes one FILE: a live stream ends only with its console"), ExitCode::Usage;
  constexpr double kYear = 365.0 * 86400;
  const double quiet_after = values["quiet-after"].as<double>();
  if (!(quiet_after >= 0 && quiet_after <= kYear))
    return say("--quiet-after: not a number of seconds"), ExitCode::Usage;
  const Result<Style> style = style_of(values);
  if (!style) return say(style.errors()), ExitCode::Usage;
  Result<RulePack> pack = rules_of(values);
  if (!pack) return say(pack.errors()), ExitCode::Usage;

  const Engine engine(std::move(pack.value()), incidents_of(values));
  if (const auto options = symbolizer_options_of(values); !options) return say(options.errors()), ExitCode::Usage;
  const auto symbolizer = symbolizer_of(values, &engine.pack());
  if (!symbolizer) say(symbolizer.errors());  // the crashes are worth having without lines
  Output output;
  CrashPrinter printer(has_flag(values, "json") ? Format::Json : Format::Text, style.value(), engine.pack(), output);
  const auto silence = std::chrono::duration_cast<PauseSchedule::Duration>(std::chrono::duration<double>(quiet_after));
  const ExitCode code =
      Stream(engine, files.front(), silence, symbolizer ? symbolizer->get() : nullptr, printer, output).watch();
  return symbolizer || code == ExitCode::Interrupted ? code : ExitCode::Input;
}

}  // namespace

Command watch_command() {
  return {"watch", "[FILE|-]", "name the crashes on a live console as they happen", kHelp, options, run};
}

}  // namespace ktriage

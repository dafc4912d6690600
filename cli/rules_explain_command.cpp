#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/crash_printer.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "input/byte_source.h"
#include "input/interrupt.h"
#include "input/log_input.h"
#include "parser/log_parser.h"

namespace ktriage {
namespace {

constexpr std::string_view kHelp = R"(
Says for each crash in the logs how it got its name: the rule and where it stands, the line that opened the crash, the line
the rule fits, where it looked for the frame, which frames it passed over and by which entry of which list, the function that
is guilty and why, and why the report is corrupted if it is. A crash as `ktriage parse --all` counts them.

Exit status: 0, 2 bad usage or rules, 3 a log could not be read, 130 interrupted.

Examples:
  ktriage rules explain console.log
  ktriage rules explain --rules my-rules/ - < console.log
)";

OptionsDescription options() {
  OptionsDescription out("Options");
  add_rules_option(out);
  add_color_option(out);
  return out;
}

ExitCode run(const OptionValues& values) {
  const Result<Style> style = style_of(values);
  if (!style) return say(style.errors()), ExitCode::Usage;
  Result<RulePack> pack = rules_of(values);
  if (!pack) return say(pack.errors()), ExitCode::Usage;

  const Engine engine(std::move(pack.value()), Incidents::Reported);
  Output output;
  CrashPrinter printer(Format::Explanation, style.value(), engine.pack(), output);
  const Interrupt interrupt;
  ExitCode exit = ExitCode::Ok;
  for (const auto& file : files_of(values)) {
    size_t crashes = 0;
    LogParser parser(engine, [&](CrashReport&& crash) {
      ++crashes;
      printer.print(crash, file);
    });
    const auto end = read_log(file, interrupt, [&](std::string_view bytes) { parser.push(bytes); });
    parser.finish();
    if (!end) {
      say(end.errors());
      exit = ExitCode::Input;
    } else if (end.value() == ReadEnd::Interrupted) {
      exit = ExitCode::Interrupted;
      break;
    } else if (crashes == 0) {
      say(display_name(file) + ": no crash in it");
    }
  }
  return output.flush() ? exit : ExitCode::Input;
}

}  // namespace

Command rules_explain_command() {
  return {"rules explain", "LOG|-...", "say how the crashes of a log get their names", kHelp, options, run};
}

}  // namespace ktriage

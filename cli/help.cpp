#include "cli/help.h"

#include <fmt/format.h>

#include <sstream>
#include <string>

#include "cli/output.h"

namespace ktriage {
namespace {

ExitCode print(const std::string& text) {
  Output output;
  output.write(text);
  return output.flush() ? ExitCode::Ok : ExitCode::Input;
}

}  // namespace

ExitCode print_version() { return print("ktriage " KTRIAGE_VERSION "\n"); }

ExitCode print_help(const std::vector<Command>& commands) {
  std::string text =
      "ktriage names the crashes in Linux kernel consoles.\n\nUsage: ktriage COMMAND [OPTION]... [FILE]...\n\n";
  for (const auto& command : commands) text += fmt::format("  {:<18}{}\n", command.name, command.summary);
  text +=
      "\n  --help         say this; ktriage COMMAND --help says more\n"
      "  --version      say which version this is\n\n"
      "Examples:\n"
      "  ktriage parse console.log              the first crash of a log\n"
      "  ktriage parse --all --json *.log.xz    every crash, for scripts\n"
      "  qemu-system-x86_64 ... | ktriage watch each crash as it happens\n"
      "  ktriage triage logs/ results.tar.zst   the distinct bugs in many logs\n\n"
      "Exit status: 0 no crash, 1 crashes found, 2 bad usage or rules, 3 an input could not be read, 130 "
      "interrupted.\n";
  return print(text);
}

ExitCode print_help(const Command& command) {
  std::ostringstream options;
  auto described = command.options();
  described.add_options()("help", "say this");
  options << described;
  std::string usage = "Usage: ktriage " + std::string(command.name) + " [OPTION]...";
  if (!command.operands.empty()) usage += " " + std::string(command.operands);
  return print(usage + "\n\n" + options.str() + std::string(command.help));
}

}  // namespace ktriage

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/escape.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "parser/engine.h"
#include "parser/rule_check.h"
#include "rules/pack_loader.h"

namespace ktriage {
namespace {

constexpr std::string_view kHelp = R"(
Loads the built-in rules and those of every DIR with all checks on, then runs every example of every rule. Each problem is one
line, FILE:LINE: what is wrong; a line with the numbers of rules, examples and problems ends the output. Examples run only
once all rules load. docs/rules.md describes the format of rule files.

Exit status: 0 no problem, 2 problems.

Examples:
  ktriage rules check
  ktriage rules check --rules my-rules/
)";

/// Loads what --rules names over the built-in rules, looking at everything.
Result<RulePack> load_fully(const std::vector<std::string>& directories) {
  Result<RulePack> pack = load_pack(default_rule_sources(), Validation::Full);
  for (const auto& directory : directories) {
    if (!pack) break;
    pack = overlay_pack(std::move(pack.value()), directory);
  }
  return pack;
}

RuleCheck check(const std::vector<std::string>& directories) {
  Result<RulePack> pack = load_fully(directories);
  if (pack) return check_examples(Engine(std::move(pack.value()), Incidents::Reported));
  RuleCheck result;
  result.problems = pack.errors();
  return result;
}

OptionsDescription options() {
  OptionsDescription out("Options");
  add_rules_option(out);
  return out;
}

ExitCode run(const OptionValues& values) {
  const auto directories = texts_of(values, "rules");
  for (const auto& directory : directories) {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) continue;
    return say("--rules " + directory + ": " + (error ? error.message() : "not a directory")), ExitCode::Usage;
  }
  const RuleCheck result = check(directories);
  Output output;
  for (const auto& problem : result.problems) output.write(escape_for_terminal(problem.to_string()) + "\n");
  output.write(
      fmt::format("{} rules, {} examples, {} problems\n", result.rules, result.examples, result.problems.size()));
  if (!output.flush()) return ExitCode::Input;
  return result.problems.empty() ? ExitCode::Ok : ExitCode::Usage;
}

}  // namespace

Command rules_check_command() {
  return {"rules check", "", "validate rule files and run their examples", kHelp, options, run};
}

}  // namespace ktriage

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/escape.h"
#include "cli/messages.h"
#include "cli/output.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kHelp = R"(
Lists the rules in the order in which they are tried, family by family: id, family, title and where the rule stands.
With --json each is an object with the members id, family, title, file and line.

Exit status: 0, or 2 if the rules do not load.

Examples:
  ktriage rules list | grep KASAN
  ktriage rules list --json --rules my-rules/
)";

std::string json_line(const Family& family, const Rule& rule) {
  const nlohmann::ordered_json line = {{"id", rule.id},
                                       {"family", family.name},
                                       {"title", rule.title},
                                       {"file", rule.where.file},
                                       {"line", rule.where.line}};
  return line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

/// Width of the longest of what `measure` gives for each rule.
template <typename Measure>
size_t column_width(const RulePack& pack, Measure measure) {
  size_t width = 0;
  for (const auto& family : pack.families) {
    for (const auto& rule : family.rules) width = std::max(width, measure(family, rule).size());
  }
  return width;
}

OptionsDescription options() {
  OptionsDescription out("Options");
  out.add_options()("json", po::bool_switch(), "print one JSON object per rule and line");
  add_rules_option(out);
  return out;
}

ExitCode run(const OptionValues& values) {
  const Result<RulePack> pack = rules_of(values);
  if (!pack) return say(pack.errors()), ExitCode::Usage;
  const bool json = has_flag(values, "json");
  const size_t ids = column_width(pack.value(), [](const Family&, const Rule& rule) { return rule.id; });
  const size_t families = column_width(pack.value(), [](const Family& family, const Rule&) { return family.name; });
  Output output;
  for (const auto& family : pack->families) {
    for (const auto& rule : family.rules) {
      const std::string line =
          json ? json_line(family, rule)
               : escape_for_terminal(fmt::format("{:<{}}  {:<{}}  {}  ({}:{})", rule.id, ids, family.name, families,
                                                 rule.title, rule.where.file, rule.where.line));
      output.write(line + "\n");
    }
  }
  return output.flush() ? ExitCode::Ok : ExitCode::Input;
}

}  // namespace

Command rules_list_command() { return {"rules list", "", "list the rules", kHelp, options, run}; }

}  // namespace ktriage

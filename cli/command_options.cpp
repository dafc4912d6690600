#include "cli/command_options.h"

#include <unistd.h>

#include <utility>

#include "cli/command.h"
#include "cli/messages.h"
#include "rules/pack_loader.h"
#include "rules/yaml_reader.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

}  // namespace

void add_rules_option(OptionsDescription& options) {
  options.add_options()("rules", po::value<std::vector<std::string>>()->value_name("DIR"),
                        "add the rules in DIR/*.yaml; a rule of the same id replaces the built-in one (repeatable)");
}

void add_incidents_option(OptionsDescription& options) {
  options.add_options()(
      "incidents", boost::program_options::bool_switch(),
      "also report what is no crash but a sign of trouble: out-of-memory kills, machine checks, bus and "
      "file system errors, GPU hangs");
}

Incidents incidents_of(const OptionValues& values) {
  return has_flag(values, "incidents") ? Incidents::Reported : Incidents::Ignored;
}

void add_color_option(OptionsDescription& options) {
  options.add_options()("color", po::value<std::string>()->value_name("WHEN"),
                        "auto (default: on a terminal, unless NO_COLOR is set), always or never");
}

bool has_flag(const OptionValues& values, const char* name) {
  return values.count(name) > 0 && values[name].as<bool>();
}

std::vector<std::string> texts_of(const OptionValues& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::vector<std::string>>() : std::vector<std::string>();
}

std::vector<std::string> files_of(const OptionValues& values) {
  auto files = texts_of(values, kOperands);
  if (!files.empty()) return files;
  if (isatty(STDIN_FILENO) != 0) say("reading from the terminal; Ctrl-D ends the log");
  return {"-"};
}

Result<Style> style_of(const OptionValues& values) {
  const std::string when = values.count("color") > 0 ? values["color"].as<std::string>() : "auto";
  if (when == "auto") return choose_style(ColorChoice::Auto);
  if (when == "always") return choose_style(ColorChoice::Always);
  if (when == "never") return choose_style(ColorChoice::Never);
  const auto nearest = nearest_word(when, {"auto", "always", "never"});
  return Diagnostic{"--color", 0, 0,
                    "'" + when + "' is none of auto, always, never" +
                        (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?")};
}

Result<RulePack> rules_of(const OptionValues& values) {
  Result<RulePack> pack = load_default_pack();
  for (const auto& directory : texts_of(values, "rules")) {
    pack = overlay_pack(std::move(pack.value()), directory);
    if (!pack) break;
  }
  return pack;
}

}  // namespace ktriage

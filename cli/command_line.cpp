#include "cli/command_line.h"

#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <iterator>
#include <string_view>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/messages.h"
#include "rules/yaml_reader.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

std::vector<Command> all_commands() {
  return {parse_command(),      watch_command(),         symbolize_command(),
          triage_command(),     bisect_command(),        rules_check_command(),
          rules_list_command(), rules_explain_command(), bisect_simulate_command()};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const auto nearest = nearest_word(word, candidates);
  return nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?";
}

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

std::vector<Command> commands_of_group(const std::string& group, const std::vector<Command>& commands) {
  std::vector<Command> found;
  std::copy_if(commands.begin(), commands.end(), std::back_inserter(found),
               [&](const Command& command) { return command.name.starts_with(group + " "); });
  return found;
}

bool asks_for_help(const std::string& argument) { return argument == "--help" || argument == "-h"; }

/// Explains why the arguments name no command.
ExitCode reject(const std::vector<std::string>& arguments, const std::vector<Command>& commands) {
  const std::string& word = arguments.front();
  std::vector<std::string_view> first_words = {"--help", "--version"};
  for (const auto& command : commands) first_words.push_back(first_word(command.name));
  std::vector<std::string_view> second_words;
  std::string choice;
  const auto group = commands_of_group(word, commands);
  for (const auto& command : group) {
    second_words.push_back(command.name.substr(word.size() + 1));
    choice += (choice.empty() ? "" : ", ") + std::string(second_words.back());
  }
  if (group.empty()) {
    say("there is no command '" + word + "'" + did_you_mean(word, first_words));
  } else if (arguments.size() == 1) {
    say("'" + word + "' needs a second word: " + choice);
  } else if (asks_for_help(arguments[1])) {
    return print_help(group);
  } else {
    say("there is no command '" + word + " " + arguments[1] + "'" + did_you_mean(arguments[1], second_words));
  }
  say("try ktriage --help");
  return ExitCode::Usage;
}

/// The command that the first one or two arguments name, which are then taken away; null if there is none.
const Command* take_command(std::vector<std::string>& arguments, const std::vector<Command>& commands) {
  for (const size_t words : {size_t{2}, size_t{1}}) {
    if (arguments.size() < words) continue;
    const std::string name = words == 2 ? arguments[0] + " " + arguments[1] : arguments[0];
    const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == name; });
    if (found == commands.end()) continue;
    arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(words));
    return &*found;
  }
  return nullptr;
}

/// What the options are called, for "did you mean".
std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

Result<po::variables_map> parse_options(const std::vector<std::string>& arguments, const Command& command) {
  po::options_description options = command.options();
  options.add_options()("help,h", po::bool_switch(), "say this");
  const auto names = option_names(options);
  po::options_description with_operands;
  with_operands.add(options);
  po::positional_options_description positional;
  if (!command.operands.empty()) {
    with_operands.add_options()(kOperands, po::value<std::vector<std::string>>());
    positional.add(kOperands, -1);
  }
  po::variables_map values;
  // Abbreviations would break scripts when an option is added.
  constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    po::store(po::command_line_parser(arguments).options(with_operands).positional(positional).style(kStyle).run(),
              values);
    return values;
  } catch (const po::unknown_option& error) {
    const std::string& name = error.get_option_name();
    return Diagnostic{{}, 0, 0, "there is no option '" + name + "'" + did_you_mean(name, {names.begin(), names.end()})};
  } catch (const po::too_many_positional_options_error&) {
    return Diagnostic{{}, 0, 0, "'" + std::string(command.name) + "' takes options only"};
  } catch (const po::error& error) {
    return Diagnostic{{}, 0, 0, error.what()};
  }
}

}  // namespace

ExitCode run_command_line(const std::vector<std::string>& arguments) {
  const std::vector<Command> commands = all_commands();
  if (arguments.empty()) return say("say what to do; ktriage --help lists the commands"), ExitCode::Usage;
  if (arguments.front() == "--version") return print_version();
  if (asks_for_help(arguments.front())) return print_help(commands);

  std::vector<std::string> rest = arguments;
  const Command* command = take_command(rest, commands);
  if (command == nullptr) return reject(arguments, commands);
  const auto values = parse_options(rest, *command);
  if (!values) {
    say(values.errors());
    say("try ktriage " + std::string(command->name) + " --help");
    return ExitCode::Usage;
  }
  if (values.value()["help"].as<bool>()) return print_help(*command);
  return command->run(values.value());
}

}  // namespace ktriage

#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string_view>

#include "cli/exit_code.h"

namespace ktriage {

/// One command of the program: what its command line may hold, and what it does.
struct Command {
  std::string_view name;      ///< one word, or two as in "rules check"
  std::string_view operands;  ///< as the usage line shows them; empty: it takes none
  std::string_view summary;   ///< half a sentence
  std::string_view help;      ///< what there is to say below the options, examples included
  boost::program_options::options_description (*options)();
  /// `options` holds the operands under kOperands.
  ExitCode (*run)(const boost::program_options::variables_map& options);
};

inline constexpr const char* kOperands = "operand";

// Each in a file of its own: parse_command.cpp and so on.
Command parse_command();
Command watch_command();
Command symbolize_command();
Command triage_command();
Command bisect_command();
Command rules_check_command();
Command rules_list_command();
Command rules_explain_command();
Command bisect_simulate_command();

}  // namespace ktriage

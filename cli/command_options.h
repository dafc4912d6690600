#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <vector>

#include "cli/style.h"
#include "parser/engine.h"
#include "rules/result.h"
#include "rules/rule_pack.h"

namespace ktriage {

using OptionsDescription = boost::program_options::options_description;
using OptionValues = boost::program_options::variables_map;

// Options that several commands have, and what they mean.
void add_rules_option(OptionsDescription& options);
void add_incidents_option(OptionsDescription& options);
void add_color_option(OptionsDescription& options);

bool has_flag(const OptionValues& values, const char* name);
std::vector<std::string> texts_of(const OptionValues& values, const char* name);
/// The operands; the standard input if there are none, with a word to whoever sits before it if it is a terminal.
std::vector<std::string> files_of(const OptionValues& values);
Result<Style> style_of(const OptionValues& values);

Incidents incidents_of(const OptionValues& values);

/// The built-in rules with those of every --rules directory laid over them.
Result<RulePack> rules_of(const OptionValues& values);

}  // namespace ktriage

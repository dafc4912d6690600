#pragma once

#include <yaml-cpp/yaml.h>

#include "rules/rule_pack.h"
#include "rules/yaml_reader.h"

namespace ktriage {

/// Reads the `signatures` part of a rule file into `rules`; mistakes go to the reader.
void load_signature_rules(const YAML::Node& node, const YamlReader& yaml, SignatureRules& rules);

/// Lays `added` over `base`: its kinds are tried first, its lists and numbers replace those of the same name.
void overlay_signature_rules(SignatureRules& base, SignatureRules added);

/// Says what is wrong with the rules in themselves.
void validate_signature_rules(const SignatureRules& rules, Diagnostics& errors);

}  // namespace ktriage

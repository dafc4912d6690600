#pragma once

#include "rules/result.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// Appends to `errors` whatever is wrong across a pack: patterns that do not compile, names that nothing defines, ids
/// and names that stand twice, templates that use a group no pattern has, rules without an example.
void validate_pack(const RulePack& pack, Diagnostics& errors);

/// Appends to `errors` the rules whose id stands twice in `pack`.
void find_doubled_rules(const RulePack& pack, Diagnostics& errors);

}  // namespace ktriage

#pragma once

#include <cstdint>

#include "rules/rule_pack.h"
#include "triage/store/database.h"

namespace ktriage {

/// Puts the signatures that have no cluster yet into one, the clearest first, or founds one for them; computes near
/// misses anew; and notes which bugs that were marked fixed have returned in `run`. Does nothing about signatures if
/// none is new. Within the caller's transaction. Linear in the number of distinct signatures.
void place_signatures(Database& database, const SignatureRules& rules, int64_t run);

}  // namespace ktriage

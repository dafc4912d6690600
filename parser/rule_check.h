#pragma once

#include <cstddef>

#include "parser/engine.h"
#include "rules/result.h"

namespace ktriage {

/// What came of running the examples of a pack.
struct RuleCheck {
  size_t rules = 0;
  size_t examples = 0;
  Diagnostics problems;  ///< one per fact that differs, at the example's place in its rule file
};

/// Parses every example of every rule as a log of its own: it must give exactly one crash, named by that rule, with
/// what the example says.
RuleCheck check_examples(const Engine& engine);

}  // namespace ktriage

#pragma once

#include <string>

#include "bisect/bisect_result.h"

namespace ktriage {

/// The bisection as `git bisect log` prints one: `git bisect replay` takes it and ends where we did. Where the evidence
/// about a commit contradicts the culprit (clean runs of a flaky crash), a comment stands in place of the verdict.
Result<std::string> git_bisect_log(const BisectResult& result, Repository& repository);

}  // namespace ktriage

#pragma once

#include "bisect/commit_graph.h"
#include "bisect/config.h"
#include "bisect/resolved_commits.h"
#include "bisect/target_matcher.h"
#include "cli/exit_code.h"
#include "parser/engine.h"

namespace ktriage {

/// The target as the configuration has it. Reads its report: the first crash there, or the first of the title given.
Result<Target> target_of(const BisectConfig& config, const Engine& engine, const CrashJudge& judge);

/// The commits that the configuration searches, if `good: auto` ends at the first release; an error says why not.
Result<CommitGraph> range_of(const BisectConfig& config, Repository& repository, const ResolvedCommits& commits);

/// Looks up everything that the configuration names, says what is amiss, and else how it was understood.
ExitCode check_bisection(const BisectConfig& config);

/// Prints what would be tested first, were the crash to reproduce in every run, and what after either answer.
ExitCode dry_run_bisection(const BisectConfig& config);

}  // namespace ktriage

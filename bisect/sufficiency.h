#pragma once

#include "bisect/config.h"
#include "bisect/evidence.h"

namespace ktriage {

/// How often commits with the crash have crashed.
struct CrashCounts {
  int crashes = 0;
  int clean = 0;
};

/// The probability that so many clean runs would come from a commit that has the crash.
double chance_of_miss(const CrashCounts& counts, int clean_runs);

/// As many runs without the crash as make the chance of having missed it no larger than the asked-for error, at most
/// `runs.max`. At least 1.
int clean_runs_needed(const CrashCounts& counts, const RunsConfig& runs);

/// The evidence says bad, or good with no more than the asked-for error, or there is no use in going on.
bool is_decided(const Evidence& evidence, const CrashCounts& counts, const RunsConfig& runs);

}  // namespace ktriage

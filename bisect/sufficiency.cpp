#include "bisect/sufficiency.h"

#include <algorithm>

#include "bisect/crash_rate.h"

namespace ktriage {

double chance_of_miss(const CrashCounts& counts, int clean_runs) {
  static const CrashRate kRate = CrashRate::unknown();
  return kRate.miss(counts.crashes, counts.clean, clean_runs);
}

int clean_runs_needed(const CrashCounts& counts, const RunsConfig& runs) {
  int needed = 1;
  while (needed < runs.max && chance_of_miss(counts, needed) > runs.error_probability) ++needed;
  return needed;
}

bool is_decided(const Evidence& evidence, const CrashCounts& counts, const RunsConfig& runs) {
  if (evidence.crashes() > 0 || evidence.untestable()) return true;
  // Runs that crash otherwise are no evidence, but patience with them ends too.
  return evidence.clean() >= clean_runs_needed(counts, runs) ||
         evidence.runs.size() >= 2 * static_cast<size_t>(runs.max);
}

}  // namespace ktriage

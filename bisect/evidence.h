#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bisect/config.h"
#include "bisect/lab.h"

namespace ktriage {

/// What a run counts as, under the policy for other crashes.
RunOutcome counted(RunOutcome outcome, OtherCrash policy);

/// All that is known of one build, as counted.
struct Evidence {
  std::optional<BuildRecord> build;
  std::vector<RunRecord> runs;
  std::vector<RunOutcome> outcomes;  ///< of `runs`, as counted
  Seconds build_seconds{0};          ///< of all its builds

  int count(RunOutcome outcome) const;
  int crashes() const { return count(RunOutcome::TargetCrash); }
  int clean() const { return count(RunOutcome::NoCrash); }
  bool failed_to_build() const { return build && !build->ok; }
  /// It does not build, or a run said so.
  bool untestable() const { return failed_to_build() || count(RunOutcome::NotTestable) > 0; }
  /// "bad", "good", "skip" or "untested": what it comes to by itself.
  std::string verdict() const;
};

/// The lines that tell of the runs from index `first` on: "all runs: OK", or a line a run; further runs that are alike
/// are one line too. `target` may be null.
std::vector<std::string> describe_runs(const Evidence& evidence, size_t first, const TargetMatcher* target);

}  // namespace ktriage

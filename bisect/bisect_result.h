#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bisect/config.h"
#include "bisect/evidence.h"
#include "bisect/repository.h"

namespace ktriage {

enum class BisectOutcome {
  Found,
  Inconclusive,    ///< `candidates` remain
  NotReproduced,   ///< the crash did not show where it was said to be
  OlderThanRange,  ///< cause: the oldest commit to try crashes too
  StillHappens,    ///< fix: the newest commit crashes still
  FixedAndBroken,  ///< cause: the merge base of diverged trees is bad and the good one is good: fixed there, not here
  Stopped,         ///< interrupted, or the infrastructure failed: --resume goes on
};

std::string_view to_string(BisectOutcome outcome);

struct Candidate {
  CommitInfo commit;
  double probability = 0;
};

/// How the culprit was put to the test after it was found.
struct Verification {
  enum class Revert { NotTried, DoesNotApply, DoesNotBuild, CrashGone, StillCrashes };
  int culprit_crashes = 0;
  int culprit_runs = 0;
  struct Parent {
    std::string sha;
    int crashes = 0;
    int runs = 0;
    bool testable = true;
    double chance_of_miss = 1;  ///< that so many clean runs hide the crash
  };
  std::vector<Parent> parents;
  Revert revert = Revert::NotTried;
  int revert_crashes = 0;
  int revert_runs = 0;
  bool no_op = false;  ///< the culprit's image is that of a parent
};

/// All that a bisection has to tell.
struct BisectResult {
  BisectOutcome outcome = BisectOutcome::Stopped;
  bool interrupted = false;
  std::string message;  ///< why Stopped, or more about the outcome
  Find find = Find::Cause;
  Target target;
  std::string newer;  ///< the ends of the range, as searched
  std::vector<std::string> older;
  std::optional<CommitInfo> culprit;
  std::vector<Candidate> candidates;  ///< likeliest first
  double confidence = 0;
  double reproduction_rate = 0;
  std::vector<std::string> doubts;  ///< sentences
  std::optional<Verification> verification;
  struct Step {
    BuildKey key;
    std::string subject;
    Evidence evidence;
    /// Its runs say otherwise than the culprit has it: a flaky crash that did not show, or one out of place. Of a fix
    /// known only where a commit that holds it crashes: what never had the bug does not crash either.
    bool contradicted = false;
  };
  std::vector<Step> steps;
  size_t revisions = 0;
  size_t builds = 0;
  size_t runs = 0;
  std::chrono::nanoseconds total_time{0};
  Seconds build_time{0};
  Seconds run_time{0};
  std::vector<std::string> cc;
  std::string fixes_tag;
  std::optional<RunRecord> crash;  ///< of the culprit, or of the last commit that crashed
};

}  // namespace ktriage

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bisect/child_process.h"
#include "bisect/config.h"
#include "bisect/console_watcher.h"
#include "bisect/outcome.h"

namespace ktriage {

/// syzbot's title for a machine that hangs without a word; chase it with `target: {title: …}`.
inline constexpr std::string_view kNoOutputTitle = "no output from test machine";

/// All that a run has to show for itself.
struct RunFacts {
  ProcessEnd end;
  std::vector<SeenCrash> crashes;
  bool success_wanted = false;  ///< there is a success marker
  bool success_seen = false;
  uint64_t console_bytes = 0;
  bool is_qemu = false;
  bool has_target = false;
  bool hang_is_target = false;  ///< kNoOutputTitle is being chased
  OtherCrash other_crash = OtherCrash::Ignore;
  ExitStatus exit_status = ExitStatus::Auto;
};

struct RunVerdict {
  enum class Kind {
    Counts,          ///< `outcome` is evidence
    Infrastructure,  ///< says nothing about the commit: try again
    Doubtful,        ///< try again; if it stays so, the commit is to blame and `outcome` counts
  };
  Kind kind = Kind::Counts;
  RunOutcome outcome = RunOutcome::NoCrash;
  std::string title;   ///< of the crash
  std::string reason;  ///< why, where that is not the title
};

/// What a run says about its commit. REQUIRES: the run was not cancelled.
RunVerdict judge_run(const RunFacts& facts);

}  // namespace ktriage

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bisect/duration.h"
#include "bisect/outcome.h"
#include "bisect/target_matcher.h"

namespace ktriage {

/// What is built and run: a commit, perhaps with another one reverted on top.
struct BuildKey {
  std::string commit;
  std::string revert;

  bool operator==(const BuildKey&) const = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a 0
  auto operator<=>(const BuildKey&) const = default;
  /// For file names: the first digits of the hashes.
  std::string name() const { return commit.substr(0, 12) + (revert.empty() ? "" : "-without-" + revert.substr(0, 12)); }
};

/// What came of a build.
struct BuildRecord {
  BuildKey key;
  bool ok = false;
  std::string reason;  ///< why not; if ok, what went wrong beside it
  Seconds seconds{0};
  std::string image;  ///< identity of what it made; empty: unknown
  std::string log;    ///< relative to the state directory
  std::vector<std::string> backports;

  bool operator==(const BuildRecord&) const = default;
};

/// What came of a run. `outcome` does not know of the policy for other crashes.
struct RunRecord {
  BuildKey key;
  int index = 0;  ///< counts the runs of this build, from 0
  RunOutcome outcome = RunOutcome::NoCrash;
  std::string title;                      ///< of the crash
  std::vector<std::string> alt_titles;    ///< of the same
  std::optional<Signature> signature;     ///< of the same; nothing without a report
  std::string why;                        ///< the crash was taken for the target, or was not, in words
  std::string reason;                     ///< of the outcome, where the title does not tell
  std::vector<std::string> other_titles;  ///< further crashes of the run
  std::string report;                     ///< the crash's text
  Seconds seconds{0};
  std::string log;  ///< relative to the state directory
  int retries = 0;  ///< infrastructure failures before it

  CrashIdentity identity() const { return {title, alt_titles, signature}; }
  bool operator==(const RunRecord&) const = default;
};

struct BuildTask {
  BuildKey key;
};
struct RunTask {
  BuildKey key;
  int index = 0;
};
using LabTask = std::variant<BuildTask, RunTask>;

/// The work cannot go on: the infrastructure failed too often, or somebody interrupted.
struct LabStop {
  bool interrupted = false;
  std::string message;
};

struct LabEvent {
  int slot = 0;
  std::variant<BuildRecord, RunRecord, LabStop> what;
};

/// Where commits are built and run: a number of slots that work side by side, one task a time each.
class Lab {
 public:
  virtual ~Lab() = default;
  virtual int slots() const = 0;
  /// Another commit's build may be run without building it again.
  virtual bool keeps_builds() const = 0;
  /// The crash that runs started from now on look for.
  virtual void set_target(std::shared_ptr<const TargetMatcher> target) = 0;
  /// REQUIRES: the slot is free, and there is a target.
  virtual void start(int slot, const LabTask& task) = 0;
  /// The slot's task is not wanted any more; it is free once this returns.
  virtual void cancel(int slot) = 0;
  /// Waits until a task ends. REQUIRES: a task is under way.
  virtual LabEvent wait() = 0;
};

}  // namespace ktriage

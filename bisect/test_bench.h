#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bisect/config.h"
#include "bisect/evidence.h"
#include "bisect/lab.h"
#include "bisect/session_output.h"
#include "rules/result.h"

namespace ktriage {

/// Gathers what a lab finds out: builds when a run needs it, remembers everything, says it in the log.
class TestBench {
 public:
  /// `describe_commit` gives "with gcc (GCC) 8.1.0" or nothing for a commit. All must outlive the bench.
  TestBench(const BisectConfig& config, Lab& lab, SessionOutput& output,
            std::function<std::string(const std::string&)> describe_commit);

  int slots() const { return lab_.slots(); }
  Lab& lab() { return lab_; }

  /// Builds and runs, on slot 0, until `enough` is content with the evidence or the build turns out untestable.
  /// REQUIRES: nothing is under way.
  Result<bool> test(const BuildKey& key, const std::function<bool(const Evidence&)>& enough);

  struct Arrival {
    int slot = 0;
    BuildKey key;
    bool is_run = false;
  };
  /// Starts what `key` needs next: a build, or a run. REQUIRES: the slot is free.
  void start(int slot, const BuildKey& key);
  /// Waits for the next result. An error: the work cannot go on, and interrupted() tells whether somebody wished so.
  Result<Arrival> wait();
  void cancel(int slot);

  /// "testing commit …", unless it was said before.
  void announce(const BuildKey& key);
  bool is_announced(const BuildKey& key) const { return announced_.contains(key); }
  /// What its runs from `first_run` on said, and whose they are if the log has turned to others since.
  void report(const BuildKey& key, size_t first_run);

  /// Says which crash counts from now on, also among what is known already.
  void set_target(std::shared_ptr<const TargetMatcher> target);

  const Evidence& evidence(const BuildKey& key) { return evidence_[key]; }
  /// In the order in which they were first tested.
  const std::vector<BuildKey>& tested() const { return order_; }
  bool interrupted() const { return interrupted_; }

  size_t builds() const { return builds_; }
  size_t runs() const { return runs_; }
  Seconds build_time() const { return build_time_; }
  Seconds run_time() const { return run_time_; }
  /// What another build will cost: the median of those in worktrees that held the objects of an earlier one, so that
  /// neither the first builds nor one that a header made long is taken for the rule. `otherwise` before there are any.
  Seconds typical_build(Seconds otherwise) const;
  /// What a run cost on the average so far.
  Seconds average_run(Seconds otherwise) const;

  /// Tells the output; what the bench knows itself is filled in.
  void show(SessionStatus status);
  SessionStatus& status() { return status_; }

 private:
  bool needs_build(int slot, const BuildKey& key);
  void take(BuildRecord&& build, int slot);
  void take(RunRecord&& run);
  void judge_again(RunRecord& run) const;

  const BisectConfig& config_;
  Lab& lab_;
  std::shared_ptr<const TargetMatcher> target_;
  SessionOutput& output_;
  std::function<std::string(const std::string&)> describe_commit_;
  std::map<BuildKey, Evidence> evidence_;
  std::vector<BuildKey> order_;
  std::set<BuildKey> announced_;
  BuildKey last_named_;            // in the log
  std::map<int, BuildKey> holds_;  // the last good build of each slot
  std::map<int, std::string> doing_;
  SessionStatus status_;
  bool interrupted_ = false;
  size_t builds_ = 0;
  std::map<int, std::vector<Seconds>> good_builds_;  // by slot, in order
  size_t runs_ = 0;
  Seconds build_time_{0};
  Seconds run_time_{0};
};

}  // namespace ktriage

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bisect/bisect_result.h"
#include "bisect/resolved_commits.h"
#include "bisect/sufficiency.h"
#include "bisect/test_bench.h"

namespace ktriage {

/// Where to search: reachable from `newer`, from none of `older`. Cause: `newer` crashes and `older` do not; fix: the
/// other way round.
struct SearchRange {
  std::string newer;
  std::vector<std::string> older;
  std::vector<std::string> older_names;  ///< for the log
  std::optional<BisectOutcome> ends;     ///< set: there is nothing to search, for this reason
  std::string why;
};

/// Finds out what there is to search: reproduces the crash, then looks for the other end of the range.
class RangeFinder {
 public:
  RangeFinder(const BisectConfig& config, const ResolvedCommits& commits, Repository& repository, TestBench& bench,
              SessionOutput& output)
      : config_(config), commits_(commits), repository_(repository), bench_(bench), output_(output) {}

  /// Runs the commit with the crash until the crash is known well enough. False: it does not show.
  Result<bool> reproduce();
  /// REQUIRES: reproduce() gave true.
  Result<SearchRange> find();

  /// How often the commit with the crash crashed.
  CrashCounts counts();

 private:
  Result<SearchRange> find_release();
  Result<SearchRange> use_good();
  Result<SearchRange> use_merge_bases();
  Result<SearchRange> use_fixed();
  Result<std::string> decide(const std::string& commit);
  void show(const char* phase);

  const BisectConfig& config_;
  const ResolvedCommits& commits_;
  Repository& repository_;
  TestBench& bench_;
  SessionOutput& output_;
};

}  // namespace ktriage

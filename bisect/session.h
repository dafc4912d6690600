#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bisect/bisect_result.h"
#include "bisect/journaled_lab.h"
#include "bisect/range_finder.h"
#include "bisect/resolved_commits.h"
#include "bisect/search_loop.h"
#include "bisect/session_output.h"
#include "bisect/test_bench.h"
#include "bisect/verifier.h"

namespace ktriage {

/// What a session works with. All references must outlive it.
struct SessionParts {
  const BisectConfig& config;
  const ResolvedCommits& commits;
  Repository& repository;
  Lab& lab;
  SessionOutput& output;
  const CrashJudge& judge;
  Target target;  ///< as the configuration has it
  std::function<std::string(const std::string& commit)> compiler;
  std::function<std::chrono::nanoseconds()> elapsed;
  /// The bad commit has crashed, and no other commit was built in the first worktree since; may be empty.
  std::function<void(const RunRecord& crash)> reproduced;
  /// Weights for the candidates of a graph; may be empty. The same whenever it is asked, also by a resumed bisection.
  std::function<std::vector<double>(const CommitGraph&, const SearchRange&)> prior;
  /// The text of a crash with file and line, as far as they can be had; may be empty.
  std::function<std::string(const RunRecord& crash)> symbolize;
  /// More recipients than the commit names; may be empty.
  std::function<std::vector<std::string>(const std::string& commit)> maintainers;
};

/// A whole bisection, from the first run of the bad commit to the report. Deterministic: what it does next follows from
/// what the lab has answered.
class Session {
 public:
  explicit Session(SessionParts parts);

  BisectResult run();

 private:
  void settle();
  bool bisect();
  bool search(const SearchRange& range);
  void conclude(const SearchStatus& status, const CommitGraph& graph);
  void describe_culprit();
  void collect_doubts();
  bool stop(const Diagnostics& errors);
  void end_with(BisectOutcome outcome, std::string message);
  void gather();
  bool is_contradicted(const BuildKey& key);
  const RunRecord* crash_of(const std::string& commit);

  SessionParts parts_;
  TestBench bench_;
  BisectResult result_;
};

/// The closing lines of the text log.
std::vector<std::string> closing_lines(const BisectResult& result, Repository& repository);

}  // namespace ktriage

#pragma once

#include "bisect/builder.h"
#include "bisect/run_judge.h"
#include "parser/engine.h"

namespace ktriage {

/// Runs the test once on what one worker's builder has built.
class TestRunner {
 public:
  /// All must outlive it.
  TestRunner(const BisectConfig& config, const StateDirectory& state, const Engine& engine, Builder& builder,
             int worker)
      : config_(config), state_(state), engine_(engine), builder_(builder), worker_(worker) {}

  struct Outcome {
    RunRecord record;
    RunVerdict::Kind kind = RunVerdict::Kind::Counts;
    std::string problem;  ///< of the infrastructure
    bool cancelled = false;
  };

  /// REQUIRES: builder.has(task.key).
  Outcome run(const RunTask& task, const TargetMatcher& target, const Cancellation& cancellation);

 private:
  Result<ProcessSpec> spec_of(const RunTask& task);

  const BisectConfig& config_;
  const StateDirectory& state_;
  const Engine& engine_;
  Builder& builder_;
  int worker_;
};

}  // namespace ktriage

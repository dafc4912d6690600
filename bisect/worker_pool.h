#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bisect/builder.h"
#include "bisect/lab.h"
#include "bisect/test_runner.h"

namespace ktriage {

/// What a pool wants from the program around it. Called on the thread that calls wait().
struct PoolHooks {
  std::function<bool()> interrupted;                 ///< asked a few times a second
  std::function<void()> tick;                        ///< called as often
  std::function<void(const std::string&)> complain;  ///< about the infrastructure, before it is tried again
};

/// The lab with real processes: a thread and a worktree per slot.
class WorkerPool : public Lab {
 public:
  /// All references must outlive it.
  WorkerPool(const BisectConfig& config, const StateDirectory& state, const Engine& engine, PoolHooks hooks);
  ~WorkerPool() override;

  int slots() const override { return static_cast<int>(workers_.size()); }
  bool keeps_builds() const override { return keeps_builds_; }
  void set_target(std::shared_ptr<const TargetMatcher> target) override;
  void start(int slot, const LabTask& task) override;
  void cancel(int slot) override;
  LabEvent wait() override;

 private:
  struct Worker {
    std::optional<LabTask> task;
    std::shared_ptr<const TargetMatcher> target;  // for the task
    bool busy = false;
    Cancellation cancellation;
    std::unique_ptr<Builder> builder;
    std::unique_ptr<TestRunner> runner;
    std::thread thread;
  };
  void work(int slot);
  std::optional<LabEvent> carry_out(int slot, const LabTask& task);
  std::optional<LabEvent> build(int slot, const BuildKey& key);
  std::optional<LabEvent> run(int slot, const RunTask& task);
  bool pause_before_retry(int slot, int attempt, const std::string& problem);
  void cancel_all();

  const BisectConfig& config_;
  PoolHooks hooks_;
  bool keeps_builds_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::shared_ptr<const TargetMatcher> target_;
  std::deque<LabEvent> events_;
  std::deque<std::string> complaints_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace ktriage

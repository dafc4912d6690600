#include "bisect/worker_pool.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

namespace ktriage {
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr Seconds kLongestDelay{600};

}  // namespace

WorkerPool::WorkerPool(const BisectConfig& config, const StateDirectory& state, const Engine& engine, PoolHooks hooks)
    : config_(config), hooks_(std::move(hooks)), keeps_builds_(!image_files(config).empty()) {
  for (int slot = 0; slot < config.workers; ++slot) {
    auto worker = std::make_unique<Worker>();
    worker->builder = std::make_unique<Builder>(config, state, slot);
    worker->runner = std::make_unique<TestRunner>(config, state, engine, *worker->builder, slot);
    workers_.push_back(std::move(worker));
  }
  for (int slot = 0; slot < config.workers; ++slot) {
    workers_[static_cast<size_t>(slot)]->thread = std::thread([this, slot] { work(slot); });
  }
}

WorkerPool::~WorkerPool() {
  cancel_all();
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (auto& worker : workers_) worker->thread.join();
}

void WorkerPool::set_target(std::shared_ptr<const TargetMatcher> target) {
  const std::lock_guard lock(mutex_);
  target_ = std::move(target);
}

void WorkerPool::start(int slot, const LabTask& task) {
  {
    const std::lock_guard lock(mutex_);
    Worker& worker = *workers_[static_cast<size_t>(slot)];
    worker.task = task;
    worker.target = target_;
    worker.busy = true;
  }
  changed_.notify_all();
}

void WorkerPool::cancel(int slot) {
  Worker& worker = *workers_[static_cast<size_t>(slot)];
  std::unique_lock lock(mutex_);
  worker.task.reset();
  worker.cancellation.cancel();
  changed_.notify_all();
  changed_.wait(lock, [&] { return !worker.busy; });
  worker.cancellation.reset();
  std::erase_if(events_, [slot](const LabEvent& event) { return event.slot == slot; });
}

void WorkerPool::cancel_all() {
  for (int slot = 0; slot < slots(); ++slot) workers_[static_cast<size_t>(slot)]->cancellation.cancel();
  for (int slot = 0; slot < slots(); ++slot) cancel(slot);
}

LabEvent WorkerPool::wait() {
  for (;;) {
    std::deque<std::string> complaints;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kTick, [&] { return !events_.empty() || !complaints_.empty(); });
      complaints.swap(complaints_);
      if (complaints.empty() && !events_.empty()) {
        LabEvent event = std::move(events_.front());
        events_.pop_front();
        return event;
      }
    }
    for (const auto& complaint : complaints) hooks_.complain(complaint);
    if (hooks_.interrupted()) {
      cancel_all();
      return {0, LabStop{true, "interrupted"}};
    }
    hooks_.tick();
  }
}

void WorkerPool::work(int slot) {
  Worker& worker = *workers_[static_cast<size_t>(slot)];
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || worker.busy; });
    if (ending_) return;
    if (worker.task) {
      const LabTask task = *worker.task;
      worker.task.reset();
      lock.unlock();
      auto event = carry_out(slot, task);
      lock.lock();
      if (event && !worker.cancellation.cancelled()) events_.push_back(std::move(*event));
    }
    worker.busy = false;
    changed_.notify_all();
  }
}

/// Nothing if the task was cancelled.
std::optional<LabEvent> WorkerPool::carry_out(int slot, const LabTask& task) {
  if (const auto* to_build = std::get_if<BuildTask>(&task)) return build(slot, to_build->key);
  const auto& to_run = std::get<RunTask>(task);
  if (!workers_[static_cast<size_t>(slot)]->builder->has(to_run.key)) {
    // The journal knows of the build, but a crash or somebody's cleaning took it away.
    auto built = build(slot, to_run.key);
    if (!built || std::holds_alternative<LabStop>(built->what)) return built;
    if (!std::get<BuildRecord>(built->what).ok) {
      return LabEvent{slot,
                      LabStop{false, "commit " + to_run.key.commit + " was built before, but does not build now"}};
    }
  }
  return run(slot, to_run);
}

std::optional<LabEvent> WorkerPool::build(int slot, const BuildKey& key) {
  Worker& worker = *workers_[static_cast<size_t>(slot)];
  for (int attempt = 0;; ++attempt) {
    Builder::Outcome outcome = worker.builder->build(key, worker.cancellation);
    if (outcome.cancelled) return std::nullopt;
    if (outcome.infrastructure.empty()) return LabEvent{slot, std::move(outcome.record)};
    const std::string problem = "building " + key.name() + ": " + outcome.infrastructure;
    if (attempt >= config_.retry.retries) return LabEvent{slot, LabStop{false, problem}};
    if (!pause_before_retry(slot, attempt, problem)) return std::nullopt;
  }
}

std::optional<LabEvent> WorkerPool::run(int slot, const RunTask& task) {
  Worker& worker = *workers_[static_cast<size_t>(slot)];
  for (int attempt = 0;; ++attempt) {
    TestRunner::Outcome outcome = worker.runner->run(task, *worker.target, worker.cancellation);
    if (outcome.cancelled) return std::nullopt;
    outcome.record.retries = attempt;
    if (outcome.kind == RunVerdict::Kind::Counts) return LabEvent{slot, std::move(outcome.record)};
    const std::string problem = "testing " + task.key.name() + ": " + outcome.problem;
    if (attempt >= config_.retry.retries) {
      // A kernel that dies before its console is up looks like that every time.
      if (outcome.kind == RunVerdict::Kind::Doubtful) return LabEvent{slot, std::move(outcome.record)};
      return LabEvent{slot, LabStop{false, problem}};
    }
    if (!pause_before_retry(slot, attempt, problem)) return std::nullopt;
  }
}

/// False if the task was cancelled meanwhile.
bool WorkerPool::pause_before_retry(int slot, int attempt, const std::string& problem) {
  const Seconds delay = std::min(config_.retry.delay * static_cast<double>(1U << std::min(attempt, 10)), kLongestDelay);
  {
    const std::lock_guard lock(mutex_);
    complaints_.push_back(fmt::format("{}; trying again in {}", problem, format_rough_duration(delay)));
  }
  changed_.notify_all();
  Cancellation& cancellation = workers_[static_cast<size_t>(slot)]->cancellation;
  pollfd entry{cancellation.fd(), POLLIN, 0};
  poll(&entry, 1, static_cast<int>(delay.count() * 1000));
  return !cancellation.cancelled();
}

}  // namespace ktriage

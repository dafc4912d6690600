#include "bisect/test_bench.h"

#include <algorithm>

namespace ktriage {

TestBench::TestBench(const BisectConfig& config, Lab& lab, SessionOutput& output,
                     std::function<std::string(const std::string&)> describe_commit)
    : config_(config), lab_(lab), output_(output), describe_commit_(std::move(describe_commit)) {}

bool TestBench::needs_build(int slot, const BuildKey& key) {
  const Evidence& evidence = evidence_[key];
  if (!evidence.build) return true;
  if (lab_.keeps_builds()) return false;
  const auto held = holds_.find(slot);
  return held == holds_.end() || !(held->second == key);
}

void TestBench::start(int slot, const BuildKey& key) {
  if (std::find(order_.begin(), order_.end(), key) == order_.end()) order_.push_back(key);
  const bool build = needs_build(slot, key);
  const size_t runs = evidence_[key].runs.size();
  doing_[slot] = build ? "builds " + key.name() : "runs " + key.name() + " #" + std::to_string(runs);
  if (build) {
    holds_.erase(slot);
    lab_.start(slot, BuildTask{key});
  } else {
    lab_.start(slot, RunTask{key, static_cast<int>(runs)});
  }
  show(status_);
}

Result<TestBench::Arrival> TestBench::wait() {
  LabEvent event = lab_.wait();
  doing_.erase(event.slot);
  if (auto* stop = std::get_if<LabStop>(&event.what)) {
    interrupted_ = stop->interrupted;
    return Diagnostic{{}, 0, 0, stop->message};
  }
  Arrival arrival{event.slot, {}, std::holds_alternative<RunRecord>(event.what)};
  if (arrival.is_run) {
    auto& run = std::get<RunRecord>(event.what);
    arrival.key = run.key;
    take(std::move(run));
  } else {
    auto& build = std::get<BuildRecord>(event.what);
    arrival.key = build.key;
    take(std::move(build), event.slot);
  }
  return arrival;
}

void TestBench::take(BuildRecord&& build, int slot) {
  ++builds_;
  build_time_ += build.seconds;
  if (build.ok) {
    good_builds_[slot].push_back(build.seconds);
    holds_[slot] = build.key;
  }
  Evidence& evidence = evidence_[build.key];
  evidence.build_seconds += build.seconds;
  evidence.build = std::move(build);
}

void TestBench::take(RunRecord&& run) {
  ++runs_;
  run_time_ += run.seconds;
  Evidence& evidence = evidence_[run.key];
  evidence.outcomes.push_back(counted(run.outcome, config_.other_crash));
  evidence.runs.push_back(std::move(run));
}

void TestBench::set_target(std::shared_ptr<const TargetMatcher> target) {
  target_ = target;
  lab_.set_target(std::move(target));
  for (auto& [key, evidence] : evidence_) {
    for (size_t i = 0; i < evidence.runs.size(); ++i) {
      judge_again(evidence.runs[i]);
      evidence.outcomes[i] = counted(evidence.runs[i].outcome, config_.other_crash);
    }
  }
}

void TestBench::judge_again(RunRecord& run) const {
  if (run.outcome != RunOutcome::TargetCrash && run.outcome != RunOutcome::OtherCrash) return;
  // What counts by its exit status alone goes by that, unless it turned out not to be what happens mostly.
  if (!run.signature && target_->target().from != Target::From::Runs) return;
  TargetVerdict verdict = target_->judge(run.identity());
  run.outcome = verdict.is_target ? RunOutcome::TargetCrash : RunOutcome::OtherCrash;
  run.why = std::move(verdict.why);
}

void TestBench::cancel(int slot) {
  lab_.cancel(slot);
  doing_.erase(slot);
  // A build that was cut off has spoilt the worktree for what it held before.
  holds_.erase(slot);
}

void TestBench::announce(const BuildKey& key) {
  if (!announced_.insert(key).second) return;
  last_named_ = key;
  const std::string compiler = describe_commit_(key.commit);
  output_.log("testing commit " + key.commit + (compiler.empty() ? "" : " with " + compiler) +
              (key.revert.empty() ? "" : ", " + key.revert + " reverted"));
}

void TestBench::report(const BuildKey& key, size_t first_run) {
  const Evidence& known = evidence(key);
  if (!(last_named_ == key)) {
    output_.log((first_run > 0 ? "more runs of commit " : "results of commit ") + key.commit + ":");
    last_named_ = key;
  }
  if (known.failed_to_build()) return output_.log("build failed: " + known.build->reason);
  if (known.build && !known.build->reason.empty()) output_.log(known.build->reason);
  for (const auto& line : describe_runs(known, first_run, target_.get())) output_.log(line);
  for (const auto& commit : known.build ? known.build->backports : std::vector<std::string>()) {
    output_.log("with backport " + commit);
  }
}

Result<bool> TestBench::test(const BuildKey& key, const std::function<bool(const Evidence&)>& enough) {
  const size_t first_run = evidence(key).runs.size();
  if (evidence(key).untestable() || enough(evidence(key))) return true;
  announce(key);
  while (!evidence(key).untestable() && !enough(evidence(key))) {
    start(0, key);
    const auto arrival = wait();
    if (!arrival) return arrival.errors();
  }
  report(key, first_run);
  return true;
}

Seconds TestBench::typical_build(Seconds otherwise) const {
  std::vector<Seconds> first;
  std::vector<Seconds> later;
  for (const auto& [slot, builds] : good_builds_) {
    first.push_back(builds.front());
    later.insert(later.end(), std::next(builds.begin()), builds.end());
  }
  std::vector<Seconds>& known = later.empty() ? first : later;
  if (known.empty()) return otherwise;
  const auto middle = std::next(known.begin(), static_cast<std::ptrdiff_t>(known.size() / 2));
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

Seconds TestBench::average_run(Seconds otherwise) const {
  return runs_ == 0 ? otherwise : run_time_ / static_cast<double>(runs_);
}

void TestBench::show(SessionStatus status) {
  status.builds = builds_;
  status.runs = runs_;
  status.workers.assign(static_cast<size_t>(slots()), {});
  for (const auto& [slot, what] : doing_) status.workers[static_cast<size_t>(slot)] = what;
  status_ = std::move(status);
  output_.status(status_);
}

}  // namespace ktriage

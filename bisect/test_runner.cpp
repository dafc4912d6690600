#include "bisect/test_runner.h"

#include <fmt/format.h>

#include "bisect/console_watcher.h"
#include "bisect/qemu.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

constexpr size_t kReportLimit = 64 * 1024;

/// The crash that names the run: the target's, else the first.
const SeenCrash* chief_crash(const std::vector<SeenCrash>& crashes) {
  for (const auto& crash : crashes) {
    if (crash.matches) return &crash;
  }
  return crashes.empty() ? nullptr : &crashes.front();
}

void describe_crashes(const std::vector<SeenCrash>& crashes, RunRecord& record) {
  const SeenCrash* chief = record.title.empty() ? nullptr : chief_crash(crashes);
  for (const auto& crash : crashes) {
    if (&crash != chief) record.other_titles.push_back(crash.title);
  }
  if (chief == nullptr) return;
  record.alt_titles = chief->alt_titles;
  record.signature = chief->signature;
  record.why = chief->why;
  record.report = chief->report.substr(0, kReportLimit);
}

}  // namespace

Result<ProcessSpec> TestRunner::spec_of(const RunTask& task) {
  auto variables = builder_.environment(task.key.commit);
  if (!variables) return variables.errors();
  for (const auto& [name, value] : config_.test.environment) variables.value()[name] = value;
  variables.value()["KTRIAGE_RUN"] = std::to_string(task.index);
  ProcessSpec spec;
  spec.directory = builder_.test_directory(task.key);
  variables.value()["KTRIAGE_BUILD"] = spec.directory.string();
  spec.environment = std::move(variables.value());
  spec.timeout = config_.test.timeout;
  spec.mark = state_.mark() + std::to_string(worker_);
  if (config_.test.qemu) {
    spec.arguments = qemu_command(*config_.test.qemu, spec.directory);
    spec.separate_errors = true;  // QEMU's own complaints are not the guest's
    spec.grace = Seconds(0);
  } else {
    spec.arguments = shell(config_.test.command);
  }
  return spec;
}

TestRunner::Outcome TestRunner::run(const RunTask& task, const TargetMatcher& target,
                                    const Cancellation& cancellation) {
  Outcome outcome;
  RunRecord& record = outcome.record;
  record.key = task.key;
  record.index = task.index;
  record.log = fmt::format("logs/run-{}-{}.log", task.key.name(), task.index);
  auto spec = spec_of(task);
  if (!spec) {
    outcome.kind = RunVerdict::Kind::Infrastructure;
    outcome.problem = spec.errors().front().to_string();
    return outcome;
  }
  std::error_code error;
  spec->log = state_.path() / record.log;
  fs::remove(spec->log, error);
  std::string console;
  if (!config_.test.console.empty()) {
    console = (spec->directory / config_.test.console).string();
    fs::remove(console, error);  // what an earlier run left must not be read as this one's
  }
  ConsoleWatcher watcher(engine_, target, config_.test.success, console);
  RunFacts facts;
  facts.end = run_process(spec.value(), cancellation, &watcher);
  outcome.cancelled = facts.end.kind == ProcessEnd::Kind::Cancelled;
  if (outcome.cancelled) return outcome;
  watcher.finish();
  facts.crashes = watcher.crashes();
  facts.success_wanted = !config_.test.success.empty();
  facts.success_seen = watcher.success_seen();
  facts.console_bytes = watcher.console_bytes();
  facts.is_qemu = config_.test.qemu.has_value();
  facts.has_target = !config_.target.empty();
  facts.hang_is_target = target.matches_title(std::string(kNoOutputTitle));
  facts.other_crash = config_.other_crash;
  facts.exit_status = config_.test.exit_status;
  RunVerdict verdict = judge_run(facts);
  record.outcome = verdict.outcome;
  record.title = std::move(verdict.title);
  record.reason = verdict.reason;
  record.seconds = facts.end.seconds;
  if (!console.empty())
    fs::copy_file(console, spec->log.string() + ".console", fs::copy_options::overwrite_existing, error);
  describe_crashes(facts.crashes, record);
  outcome.kind = verdict.kind;
  outcome.problem = std::move(verdict.reason);
  return outcome;
}

}  // namespace ktriage

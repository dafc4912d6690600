#include "bisect/run_judge.h"

#include <algorithm>

namespace ktriage {
namespace {

using Kind = RunVerdict::Kind;
using End = ProcessEnd::Kind;

RunVerdict counts(RunOutcome outcome, std::string title, std::string reason = {}) {
  return {Kind::Counts, outcome, std::move(title), std::move(reason)};
}

RunVerdict not_testable(std::string reason) { return counts(RunOutcome::NotTestable, {}, std::move(reason)); }

RunVerdict infrastructure(std::string reason) { return {Kind::Infrastructure, {}, {}, std::move(reason)}; }

RunVerdict doubtful(std::string reason) { return {Kind::Doubtful, RunOutcome::NotTestable, {}, std::move(reason)}; }

RunVerdict silent(const RunFacts& facts) { return doubtful("the console stayed silent (" + facts.end.text() + ")"); }

RunVerdict hung(const RunFacts& facts) {
  const std::string title(kNoOutputTitle);
  if (facts.hang_is_target) return counts(RunOutcome::TargetCrash, title, facts.end.text());
  return not_testable(facts.end.text());
}

/// Without a marker the end of the run is all there is to wait for.
RunVerdict ended_well(const RunFacts& facts) {
  if (!facts.success_wanted) return counts(RunOutcome::NoCrash, {});
  return not_testable("it ended without the success marker");
}

RunVerdict judge_qemu(const RunFacts& facts) {
  switch (facts.end.kind) {
    case End::TimedOut:
      if (facts.console_bytes == 0) return silent(facts);
      return facts.success_wanted ? hung(facts) : counts(RunOutcome::NoCrash, {});
    case End::Exited:
      if (facts.end.status != 0) break;
      return facts.console_bytes == 0 ? silent(facts) : ended_well(facts);
    default:
      break;
  }
  const auto& errors = facts.end.errors;
  const bool has_words = !errors.empty() && facts.end.kind != End::NotStarted;
  std::string reason = "QEMU: " + (has_words ? errors.substr(0, errors.find('\n')) : facts.end.text());
  // A guest that was up may have brought it down; without one, QEMU or its options are at fault.
  return facts.console_bytes == 0 ? infrastructure(std::move(reason)) : doubtful(std::move(reason));
}

/// `git bisect run`: 0 good, 125 skip, 1 to 124 bad; beyond that something is wrong with the script itself.
RunVerdict judge_exit_status(const RunFacts& facts) {
  const int status = facts.end.status;
  const bool git = facts.exit_status == ExitStatus::Git || (facts.exit_status == ExitStatus::Auto && !facts.has_target);
  if (status == 0) return git && !facts.success_wanted ? counts(RunOutcome::NoCrash, {}) : ended_well(facts);
  if (status == 125) return not_testable("exit status 125");
  if (status >= 126) return infrastructure("the test command: " + facts.end.text());
  if (git) return counts(RunOutcome::TargetCrash, facts.end.text());
  return not_testable(facts.end.text() + " without a crash on the console");
}

RunVerdict judge_command(const RunFacts& facts) {
  switch (facts.end.kind) {
    case End::Exited:
      return judge_exit_status(facts);
    case End::TimedOut:
      return facts.console_bytes == 0 ? silent(facts) : hung(facts);
    default:
      return infrastructure("the test command: " + facts.end.text());
  }
}

/// A machine goes on after a warning, with all of its detectors: a test that came to its end has shown what it can.
/// (Not so KASAN and lockdep, which fall silent after their first report, let alone an oops.)
bool was_only_warned(const RunFacts& facts) {
  return facts.other_crash == OtherCrash::Ignore && facts.success_seen &&
         std::all_of(facts.crashes.begin(), facts.crashes.end(),
                     [](const SeenCrash& crash) { return crash.type == "WARNING"; });
}

}  // namespace

RunVerdict judge_run(const RunFacts& facts) {
  for (const auto& crash : facts.crashes) {
    if (crash.matches) return counts(RunOutcome::TargetCrash, crash.title);
  }
  if (facts.end.kind == End::NotStarted) return infrastructure(facts.end.text());
  if (!facts.crashes.empty() && !was_only_warned(facts))
    return counts(RunOutcome::OtherCrash, facts.crashes.front().title);
  if (facts.success_seen) return counts(RunOutcome::NoCrash, {});
  // The watcher stops a run for a crash, a marker, or a kernel that has panicked and is silent.
  if (facts.end.kind == End::Stopped) return counts(RunOutcome::OtherCrash, "kernel panic", "no report could be read");
  return facts.is_qemu ? judge_qemu(facts) : judge_command(facts);
}

}  // namespace ktriage

#include "bisect/session.h"

#include <fmt/format.h>

#include <set>

#include "bisect/git.h"
#include "bisect/range_finder.h"
#include "bisect/recipients.h"
#include "bisect/target_choice.h"

namespace ktriage {
namespace {

constexpr int kVerificationRounds = 5;

}  // namespace

std::string_view to_string(BisectOutcome outcome) {
  switch (outcome) {
    case BisectOutcome::Found:
      return "found";
    case BisectOutcome::Inconclusive:
      return "inconclusive";
    case BisectOutcome::NotReproduced:
      return "not reproduced";
    case BisectOutcome::OlderThanRange:
      return "older than the range";
    case BisectOutcome::StillHappens:
      return "still happens";
    case BisectOutcome::FixedAndBroken:
      return "merge base is bad";
    case BisectOutcome::Stopped:
      break;
  }
  return "stopped";
}

Session::Session(SessionParts parts)
    : parts_(std::move(parts)), bench_(parts_.config, parts_.lab, parts_.output, parts_.compiler) {
  result_.find = parts_.config.find;
}

bool Session::stop(const Diagnostics& errors) {
  result_.outcome = BisectOutcome::Stopped;
  result_.interrupted = bench_.interrupted();
  result_.message = errors.front().to_string();
  return false;
}

void Session::end_with(BisectOutcome outcome, std::string message) {
  result_.outcome = outcome;
  result_.message = std::move(message);
}

BisectResult Session::run() {
  const auto& config = parts_.config;
  for (const auto& note : parts_.commits.notes) parts_.output.log(note);
  const bool is_cause = config.find == Find::Cause;
  parts_.output.log((is_cause ? "bisecting cause commit starting from " : "bisecting fixing commit since ") +
                    parts_.commits.bad);
  bench_.set_target(std::make_shared<TargetMatcher>(parts_.judge, parts_.target));
  const bool finished = bisect();
  result_.target = parts_.target;
  gather();
  if (finished && result_.culprit) describe_culprit();
  return std::move(result_);
}

/// False if the work could not go on.
bool Session::bisect() {
  RangeFinder finder(parts_.config, parts_.commits, parts_.repository, bench_, parts_.output);
  const auto reproduced = finder.reproduce();
  if (!reproduced) return stop(reproduced.errors());
  const CrashCounts counts = finder.counts();
  const int runs = counts.crashes + counts.clean;
  if (runs > 0) result_.reproduction_rate = static_cast<double>(counts.crashes) / runs;
  if (!reproduced.value()) {
    end_with(BisectOutcome::NotReproduced, "the crash wasn't reproduced on the original commit");
    return true;
  }
  settle();
  if (const RunRecord* crash = crash_of(parts_.commits.bad); crash != nullptr && parts_.reproduced) {
    parts_.reproduced(*crash);
  }
  const auto range = finder.find();
  if (!range) return stop(range.errors());
  if (range->ends) {
    end_with(*range->ends, range->why);
    return true;
  }
  return search(range.value());
}

/// The bad commit has shown the crash: from now on it is known better than by a title, or than not at all.
void Session::settle() {
  parts_.target = settle_target(parts_.target, parts_.judge, bench_.evidence({parts_.commits.bad, {}}));
  bench_.set_target(std::make_shared<TargetMatcher>(parts_.judge, parts_.target));
  if (parts_.target.signature) {
    parts_.output.log(
        fmt::format("target: signature {}, {}", parts_.target.signature->id,
                    parts_.target.signature->what.empty() ? "of no known kind" : parts_.target.signature->what));
  }
}

bool Session::search(const SearchRange& range) {
  result_.newer = range.newer;
  result_.older = range.older;
  const auto listed = parts_.repository.rev_list(range.newer, range.older);
  if (!listed) return stop(listed.errors());
  auto graph = CommitGraph::from_rev_list(listed.value(), range.older);
  if (!graph) return stop(graph.errors());
  auto owned = std::make_unique<CommitGraph>(std::move(graph.value()));
  const Evidence& bad = bench_.evidence({parts_.commits.bad, {}});
  std::vector<double> weights;
  if (parts_.prior) weights = parts_.prior(*owned, range);
  const int git_runs = clean_runs_needed({bad.crashes(), bad.clean()}, parts_.config.runs);
  SearchModel model(std::move(owned), parts_.config, std::move(weights), git_runs);
  SearchLoop loop(parts_.config, parts_.repository, bench_, parts_.output, model, parts_.commits.bad);
  std::string names;
  for (const auto& name : range.older_names) names += " " + name;
  parts_.output.log(fmt::format("# git bisect start {}{}{}",
                                parts_.config.find == Find::Fix ? "--term-new=fixed --term-old=unfixed " : "",
                                range.newer, names));
  for (int round = 0; round < kVerificationRounds; ++round) {
    const auto status = loop.run();
    if (!status) return stop(status.errors());
    if (status->state != SearchState::Found || !parts_.config.verify.culprit) break;
    const CommitId found = status->suspects.front().commit;
    Verifier verifier(parts_.config, parts_.repository, bench_, parts_.output);
    const auto tested = verifier.test_culprit(model.graph().name(found));
    if (!tested) return stop(tested.errors());
    loop.feed();
    const SearchStatus now = model.status();
    if (now.state == SearchState::Found && now.suspects.front().commit == found) break;
    parts_.output.log("verification speaks against " + model.graph().name(found) + ": searching on");
  }
  conclude(model.status(), model.graph());
  if (!result_.culprit) return true;
  Verifier verifier(parts_.config, parts_.repository, bench_, parts_.output);
  if (parts_.config.verify.revert) {
    const auto tested = verifier.test_revert(result_.culprit->sha, range.newer);
    if (!tested) return stop(tested.errors());
  }
  auto summary = verifier.summary(result_.culprit->sha, range.newer);
  if (!summary) return stop(summary.errors());
  result_.verification = std::move(summary.value());
  collect_doubts();
  return true;
}

void Session::conclude(const SearchStatus& status, const CommitGraph& graph) {
  result_.confidence = status.confidence;
  if (status.crash_rate > 0) result_.reproduction_rate = status.crash_rate;
  for (const auto& suspect : status.suspects) {
    const auto info = parts_.repository.info(graph.name(suspect.commit));
    if (info) result_.candidates.push_back({info.value(), suspect.probability});
  }
  switch (status.state) {
    case SearchState::Found:
      result_.outcome = BisectOutcome::Found;
      if (!result_.candidates.empty()) result_.culprit = result_.candidates.front().commit;
      break;
    case SearchState::NotReproduced:
      end_with(BisectOutcome::NotReproduced, "the crash wasn't reproduced on the original commit");
      break;
    case SearchState::CrashesEverywhere:
      end_with(parts_.config.find == Find::Cause ? BisectOutcome::OlderThanRange : BisectOutcome::StillHappens,
               parts_.config.find == Find::Cause ? "the crash is older than the range"
                                                 : "the crash still happens on the newest commit");
      break;
    case SearchState::Inconclusive:
    case SearchState::Searching:
      end_with(BisectOutcome::Inconclusive, "commits that cannot be tested leave several candidates");
      break;
  }
}

const RunRecord* Session::crash_of(const std::string& commit) {
  const Evidence& evidence = bench_.evidence({commit, {}});
  for (const auto& run : evidence.runs) {
    if (run.outcome == RunOutcome::TargetCrash) return &run;
  }
  for (size_t i = 0; i < evidence.runs.size(); ++i) {
    if (evidence.outcomes[i] == RunOutcome::TargetCrash) return &evidence.runs[i];
  }
  return nullptr;
}

void Session::collect_doubts() {
  auto& doubts = result_.doubts;
  const Verification& seen = *result_.verification;
  if (result_.culprit->parents > 1) doubts.emplace_back("the culprit is a merge: its parents may be at odds");
  if (seen.no_op) doubts.emplace_back("the culprit's binary is that of its parent: most likely wrong");
  if (parts_.config.find == Find::Cause && seen.culprit_crashes == 0) {
    doubts.emplace_back("the culprit itself was not seen to crash");
  }
  for (const auto& parent : seen.parents) {
    if (!parent.testable) doubts.push_back("its parent " + parent.sha + " cannot be tested");
    if (parts_.config.find == Find::Cause && parent.crashes > 0)
      doubts.push_back("its parent " + parent.sha + " crashes");
  }
  const bool is_cause = parts_.config.find == Find::Cause;
  if (is_cause && seen.revert == Verification::Revert::StillCrashes) {
    doubts.emplace_back("the crash happens with the culprit reverted too");
  }
  if (!is_cause && seen.revert == Verification::Revert::CrashGone) {
    doubts.emplace_back("without the fix the crash does not come back");
  }
}

bool Session::is_contradicted(const BuildKey& key) {
  const std::string verdict = bench_.evidence(key).verdict();
  const bool crashed = verdict == "bad";
  if (!result_.culprit || !key.revert.empty() || (!crashed && verdict != "good")) return false;
  const auto reaches = parts_.repository.is_ancestor(result_.culprit->sha, key.commit);
  if (!reaches) return false;
  return parts_.config.find == Find::Cause ? crashed != reaches.value() : crashed && reaches.value();
}

void Session::gather() {
  std::set<std::string> revisions;
  for (const auto& key : bench_.tested()) {
    const auto info = parts_.repository.info(key.commit);
    result_.steps.push_back({key, info ? info->subject : "", bench_.evidence(key), is_contradicted(key)});
    if (key.revert.empty()) revisions.insert(key.commit);
  }
  result_.revisions = revisions.size();
  result_.builds = bench_.builds();
  result_.runs = bench_.runs();
  result_.build_time = bench_.build_time();
  result_.run_time = bench_.run_time();
  if (parts_.elapsed) result_.total_time = parts_.elapsed();
  const std::string& crashed = result_.culprit ? result_.culprit->sha : parts_.commits.bad;
  const RunRecord* crash = crash_of(crashed);
  if (crash == nullptr) crash = crash_of(parts_.commits.bad);
  if (crash == nullptr) return;
  result_.crash = *crash;
  if (!parts_.symbolize) return;
  if (std::string text = parts_.symbolize(*crash); !text.empty()) result_.crash->report = std::move(text);
}

void Session::describe_culprit() {
  const CommitInfo& culprit = *result_.culprit;
  const auto message = parts_.repository.message(culprit.sha);
  if (message) result_.cc = recipients_of(message.value(), culprit.email);
  if (parts_.maintainers) result_.cc = merge_recipients(std::move(result_.cc), parts_.maintainers(culprit.sha));
  if (parts_.config.find == Find::Cause) {
    result_.fixes_tag = fmt::format("Fixes: {} (\"{}\")", culprit.sha.substr(0, 12), culprit.subject);
  }
}

std::vector<std::string> closing_lines(const BisectResult& result, Repository& repository) {
  std::vector<std::string> out;
  const auto add_text = [&](const std::string& text) {
    for (auto& line : split_lines(text)) out.push_back(std::move(line));
  };
  const char* const what = result.find == Find::Cause ? "bad" : "fixed";
  if (result.culprit) {
    out.push_back(fmt::format("{} is the first {} commit", result.culprit->sha, what));
    const auto text = repository.show(result.culprit->sha);
    if (text) add_text(text.value());
  }
  const auto nanoseconds = [](Seconds seconds) {
    return format_duration(std::chrono::round<std::chrono::nanoseconds>(seconds));
  };
  out.push_back(fmt::format("revisions tested: {}, total time: {} (build: {}, test: {})", result.revisions,
                            format_duration(result.total_time), nanoseconds(result.build_time),
                            nanoseconds(result.run_time)));
  if (!result.message.empty()) out.push_back(result.message);
  if (result.culprit) {
    out.push_back(fmt::format("first {} commit: {} {}", what, result.culprit->sha, result.culprit->subject));
    out.push_back(fmt::format("confidence: {:.2f}%", 100 * result.confidence));
    for (const auto& doubt : result.doubts) out.push_back("doubt: " + doubt);
    if (!result.fixes_tag.empty()) out.push_back(result.fixes_tag);
    out.push_back("cc: " + format_recipients(result.cc));
  } else if (result.outcome == BisectOutcome::Inconclusive && !result.candidates.empty()) {
    out.push_back(fmt::format("bisection is inconclusive, the first {} commit could be any of:", what));
    for (const auto& candidate : result.candidates) {
      out.push_back(fmt::format("{} {}", candidate.commit.sha, candidate.commit.subject));
    }
  }
  if (result.crash) {
    out.push_back("crash: " + result.crash->title);
    add_text(result.crash->report);
  }
  return out;
}

}  // namespace ktriage

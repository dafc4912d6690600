#include "bisect/result_json.h"

#include <nlohmann/json.hpp>

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

void add(Json& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}

Json commit_of(const CommitInfo& commit) {
  return {{"sha", commit.sha},
          {"subject", commit.subject},
          {"author", commit.author + " <" + commit.email + ">"},
          {"date", commit.date}};
}

Json run_of(const RunRecord& run, RunOutcome counted_as) {
  Json out = {{"outcome", std::string(to_string(run.outcome))}};
  if (counted_as != run.outcome) out["counted_as"] = std::string(to_string(counted_as));
  add(out, "title", run.title);
  if (run.signature) out["signature"] = run.signature->id;
  add(out, "why", run.why);
  add(out, "reason", run.reason);
  if (!run.other_titles.empty()) out["other_titles"] = run.other_titles;
  out["seconds"] = run.seconds.count();
  add(out, "log", run.log);
  if (run.retries > 0) out["retries"] = run.retries;
  return out;
}

Json target_of(const Target& target) {
  Json out = {{"titles", target.titles}};
  if (target.signature) out["signature"] = target.signature->id;
  out["from"] = target.from == Target::From::Title    ? "title"
                : target.from == Target::From::Report ? "report"
                : target.from == Target::From::Runs   ? "runs"
                                                      : "nothing";
  return out;
}

Json step_of(const BisectResult::Step& step) {
  Json out = {{"sha", step.key.commit}};
  add(out, "reverted", step.key.revert);
  add(out, "subject", step.subject);
  out["verdict"] = step.evidence.verdict();
  if (step.contradicted) out["contradicted"] = true;
  Json runs = Json::array();
  for (size_t i = 0; i < step.evidence.runs.size(); ++i) {
    runs.push_back(run_of(step.evidence.runs[i], step.evidence.outcomes[i]));
  }
  out["runs"] = std::move(runs);
  out["build_seconds"] = step.evidence.build_seconds.count();
  if (!step.evidence.build) return out;
  const BuildRecord& build = *step.evidence.build;
  if (!build.ok) out["build_failed"] = build.reason;
  add(out, "build_log", build.log);
  add(out, "image", build.image);
  if (!build.backports.empty()) out["backports"] = build.backports;
  return out;
}

const char* name_of(Verification::Revert revert) {
  switch (revert) {
    case Verification::Revert::DoesNotApply:
      return "does not apply";
    case Verification::Revert::DoesNotBuild:
      return "does not build";
    case Verification::Revert::CrashGone:
      return "crash gone";
    case Verification::Revert::StillCrashes:
      return "still crashes";
    case Verification::Revert::NotTried:
      break;
  }
  return "not tried";
}

Json verification_of(const Verification& verification) {
  Json parents = Json::array();
  for (const auto& parent : verification.parents) {
    parents.push_back({{"sha", parent.sha},
                       {"crashes", parent.crashes},
                       {"runs", parent.runs},
                       {"testable", parent.testable},
                       {"chance_of_miss", parent.chance_of_miss}});
  }
  return {{"culprit", {{"crashes", verification.culprit_crashes}, {"runs", verification.culprit_runs}}},
          {"parents", parents},
          {"revert",
           {{"result", name_of(verification.revert)},
            {"crashes", verification.revert_crashes},
            {"runs", verification.revert_runs}}},
          {"no_op", verification.no_op}};
}

}  // namespace

std::string result_to_json(const BisectResult& result, int indent) {
  Json out = {{"schema", "ktriage.bisect/1"}, {"outcome", std::string(to_string(result.outcome))}};
  add(out, "message", result.message);
  out["find"] = result.find == Find::Cause ? "cause" : "fix";
  out["target"] = target_of(result.target);
  add(out, "newer", result.newer);
  out["older"] = result.older;
  if (result.culprit) out["culprit"] = commit_of(*result.culprit);
  Json candidates = Json::array();
  for (const auto& candidate : result.candidates) {
    Json one = commit_of(candidate.commit);
    one["probability"] = candidate.probability;
    candidates.push_back(std::move(one));
  }
  out["candidates"] = std::move(candidates);
  out["confidence"] = result.confidence;
  out["reproduction_rate"] = result.reproduction_rate;
  if (!result.doubts.empty()) out["doubts"] = result.doubts;
  Json steps = Json::array();
  for (const auto& step : result.steps) steps.push_back(step_of(step));
  out["steps"] = std::move(steps);
  out["revisions"] = result.revisions;
  out["builds"] = result.builds;
  out["runs"] = result.runs;
  out["seconds"] = {{"total", std::chrono::duration<double>(result.total_time).count()},
                    {"build", result.build_time.count()},
                    {"test", result.run_time.count()}};
  if (result.verification) out["verification"] = verification_of(*result.verification);
  out["cc"] = result.cc;
  add(out, "fixes_tag", result.fixes_tag);
  if (result.crash) {
    Json crash = {{"title", result.crash->title}};
    if (result.crash->signature) crash["signature"] = result.crash->signature->id;
    if (!result.crash->alt_titles.empty()) crash["alt_titles"] = result.crash->alt_titles;
    add(crash, "report", result.crash->report);
    add(crash, "log", result.crash->log);
    out["crash"] = std::move(crash);
  }
  return out.dump(indent > 0 ? indent : -1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace ktriage

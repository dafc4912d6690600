#include "bisect/evidence.h"

#include <fmt/format.h>

#include <algorithm>

namespace ktriage {
namespace {

std::string because(const std::string& why) { return why.empty() ? why : ": " + why; }

std::string describe(const RunRecord& run, RunOutcome counted_as, const TargetMatcher* target) {
  switch (run.outcome) {
    case RunOutcome::TargetCrash:
      // Under its own name it needs no reason.
      if (target == nullptr || target->target().titles.empty() || target->shares_title(run.identity())) {
        return "crashed: " + run.title;
      }
      return "crashed: " + run.title + " (the target" + because(run.why) + ")";
    case RunOutcome::OtherCrash:
      return "crashed: " + run.title + " (not the target" +
             (counted_as == RunOutcome::TargetCrash ? ", but counted" : "") + because(run.why) + ")";
    case RunOutcome::NoCrash:
      return "OK";
    case RunOutcome::NotTestable:
      break;
  }
  return "not testable: " + run.reason;
}

}  // namespace

RunOutcome counted(RunOutcome outcome, OtherCrash policy) {
  if (outcome != RunOutcome::OtherCrash || policy == OtherCrash::Ignore) return outcome;
  return policy == OtherCrash::Bad ? RunOutcome::TargetCrash : RunOutcome::NotTestable;
}

int Evidence::count(RunOutcome outcome) const {
  return static_cast<int>(std::count(outcomes.begin(), outcomes.end(), outcome));
}

std::string Evidence::verdict() const {
  if (crashes() > 0) return "bad";
  if (untestable()) return "skip";
  if (clean() > 0) return "good";
  return runs.empty() ? "untested" : "skip";
}

std::vector<std::string> describe_runs(const Evidence& evidence, size_t first, const TargetMatcher* target) {
  std::vector<std::string> texts;
  for (size_t i = first; i < evidence.runs.size(); ++i) {
    texts.push_back(describe(evidence.runs[i], evidence.outcomes[i], target));
  }
  const bool alike = std::adjacent_find(texts.begin(), texts.end(), std::not_equal_to<>()) == texts.end();
  if (alike && texts.size() > 1 && first > 0) {
    return {fmt::format("runs #{} to #{}: {}", first, evidence.runs.size() - 1, texts.front())};
  }
  if (alike && !texts.empty() && first == 0) return {"all runs: " + texts.front()};
  for (size_t i = 0; i < texts.size(); ++i) texts[i] = fmt::format("run #{}: {}", first + i, texts[i]);
  return texts;
}

}  // namespace ktriage

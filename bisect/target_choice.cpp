#include "bisect/target_choice.h"

#include <algorithm>
#include <vector>

#include "signatures/clusterer.h"

namespace ktriage {
namespace {

/// Crashes that are one bug, with what tells others of it.
struct Group {
  Target target;
  int crashes = 0;
};

void add(const CrashIdentity& crash, Target& target) {
  target.titles.insert(crash.title);
  target.titles.insert(crash.alt_titles.begin(), crash.alt_titles.end());
  if (crash.signature && (!target.signature || clearer(*crash.signature, *target.signature))) {
    target.signature = crash.signature;
  }
}

/// Each crash joins the first group that it is the same as; of groups alike in size the first one counts.
Target most_frequent(const CrashJudge& judge, const Evidence& evidence) {
  std::vector<Group> groups;
  for (const auto& run : evidence.runs) {
    if (run.outcome != RunOutcome::TargetCrash) continue;
    const CrashIdentity crash = run.identity();
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& known) {
      return TargetMatcher(judge, known.target).judge(crash).is_target;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{{Target::From::Runs, {}, {}}, 0});
    add(crash, group->target);
    ++group->crashes;
  }
  const auto most = std::max_element(groups.begin(), groups.end(),
                                     [](const Group& a, const Group& b) { return a.crashes < b.crashes; });
  return most == groups.end() ? Target() : most->target;
}

}  // namespace

Target settle_target(const Target& target, const CrashJudge& judge, const Evidence& bad) {
  if (target.from == Target::From::Nothing) return most_frequent(judge, bad);
  if (target.from != Target::From::Title || target.signature) return target;
  Target out = target;
  for (const auto& run : bad.runs) {
    // What it was, not what it counts as: `other_crash: bad` makes no other crash the target.
    if (run.outcome != RunOutcome::TargetCrash || !run.signature) continue;
    if (!out.signature || clearer(*run.signature, *out.signature)) out.signature = run.signature;
  }
  return out;
}

}  // namespace ktriage

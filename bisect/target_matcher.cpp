#include "bisect/target_matcher.h"

#include <algorithm>

namespace ktriage {
namespace {

/// A crash site, a way to it, or a message: else no two crashes differ.
bool can_be_compared(const Signature& signature) {
  return !signature.anchor.empty() || !signature.frames.empty() || !signature.evidence.empty();
}

}  // namespace

bool TargetMatcher::shares_title(const CrashIdentity& crash) const {
  return target_.titles.contains(crash.title) ||
         std::any_of(crash.alt_titles.begin(), crash.alt_titles.end(),
                     [&](const std::string& title) { return target_.titles.contains(title); });
}

TargetVerdict TargetMatcher::judge(const CrashIdentity& crash) const {
  if (target_.titles.empty() && !target_.signature) return {true, "any crash is, for none is named"};
  const bool shared = shares_title(crash);
  const std::string titles = shared ? "it has the target's title" : "it has none of the target's titles";
  if (shared && target_.from == Target::From::Title) return {true, titles};
  if (!target_.signature || !crash.signature) return {shared, titles};
  if (!can_be_compared(*target_.signature) || !can_be_compared(*crash.signature)) {
    return {shared, titles + ", and there is no more to compare"};
  }
  const Judgement found = judge_.compare(*target_.signature, *crash.signature);
  const std::string why = std::string(verdict_name(found.verdict)) + " crash by signature: " + found.why;
  switch (found.verdict) {
    case Verdict::Same:
      return {true, why};
    case Verdict::Likely:
      return {shared, why + "; " + titles};
    case Verdict::Different:
      break;
  }
  return {false, why};
}

}  // namespace ktriage

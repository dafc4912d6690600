#pragma once

#include <optional>
#include <set>
#include <string>

#include "bisect/crash_judge.h"

namespace ktriage {

/// Which crash is being chased. Neither titles nor signature: any.
struct Target {
  enum class From {
    Nothing,  ///< nobody said: any crash, until the bad commit shows which it has most
    Title,    ///< the configuration names it; the signature is that of the first crash so called
    Report,   ///< the configuration has it
    Runs,     ///< it is what the bad commit's runs crashed with most
  };
  From from = From::Nothing;
  std::set<std::string> titles;
  std::optional<Signature> signature;

  bool operator==(const Target&) const = default;
};

struct TargetVerdict {
  bool is_target = false;
  std::string why;  ///< in words; holds text from the log, so escape it
};

/// Tells the crash that is being chased from others. Immutable; thread-safe.
///
/// - Two signatures that are *same* are the target, whatever the titles.
/// - *Likely* ones are only if a title or alternative title is shared as well: another bug taken for the target leads
///   to the wrong commit, the target taken for another bug costs a run.
/// - *Different* ones are not, unless the configuration names the target by that very title: it then decides.
/// - Where a signature is missing or holds nothing to compare, a shared title decides.
class TargetMatcher {
 public:
  /// The judge must outlive the matcher.
  TargetMatcher(const CrashJudge& judge, Target target) : judge_(judge), target_(std::move(target)) {}

  TargetVerdict judge(const CrashIdentity& crash) const;
  CrashIdentity identify(const CrashReport& crash) const { return judge_.identify(crash); }
  /// One of the crash's titles is one of the target's.
  bool shares_title(const CrashIdentity& crash) const;
  /// How a run counts that showed no crash, but ended in a way that has a title (kNoOutputTitle).
  bool matches_title(const std::string& title) const { return target_.titles.contains(title); }

  const Target& target() const { return target_; }

 private:
  const CrashJudge& judge_;
  Target target_;
};

}  // namespace ktriage

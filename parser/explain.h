#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// A frame that was passed over on the way to `frame`.
struct ExplainedSkip {
  SkippedFrame frame;
  std::string why;  ///< of the list; empty if the pack has no such list
  Location where;   ///< of the list, or of the rule for an entry that only this rule has
};

/// How a crash got its name.
struct Explanation {
  const Rule* rule = nullptr;  ///< owned by the pack; null: none fitted, the title is the line itself
  std::string title_line;      ///< the cleaned line of the log that announces what the rule looks for
  std::string looked_at;       ///< where the rule looks for the frame, in the rule file's words; empty: it names none
  std::vector<ExplainedSkip> skipped;
};

/// REQUIRES: `crash` was named with `pack`.
Explanation explain(const CrashReport& crash, const RulePack& pack);

/// The rule of this id; null if there is none.
const Rule* find_rule(const RulePack& pack, std::string_view id);

}  // namespace ktriage

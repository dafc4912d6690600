#pragma once

#include <string>
#include <vector>

#include "parser/crash_report.h"
#include "parser/frame_walk.h"
#include "parser/report_text.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// A crash's name, and how it came about.
struct Title {
  std::string title;
  std::vector<std::string> alt_titles;  ///< sorted, without the title and without doubles
  std::string frame;                    ///< "corrupted" if the rule needs one and none was found
  std::string corrupted_reason;
  const Rule* rule = nullptr;  ///< null: no rule fits, the title is the line itself
  size_t line = 0;             ///< index of the line that the rule's first pattern fits
  std::vector<SkippedFrame> skipped;
};

/// Applies the rules of a pack. Immutable and thread-safe; `pack` must outlive it.
class Titler {
 public:
  explicit Titler(const RulePack& pack);

  /// Names the crash that `family` announces in `text`.
  Title name(const Family& family, const ReportText& text) const;

  /// syzbot's crash type for a title; empty if no row fits.
  std::string type_of(std::string_view title) const;
  /// 1 (least grave) … number of severity groups; 0 for no type.
  int severity_of(std::string_view type) const;

 private:
  struct Match;
  bool match_rule(const Rule& rule, const ReportText& text, size_t line, Match& match) const;
  Title apply(const Rule& rule, const Match& match, const ReportText& text) const;
  std::string normalize(std::string title) const;

  const RulePack& pack_;
  FrameLists lists_;
};

}  // namespace ktriage

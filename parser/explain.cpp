#include "parser/explain.h"

#include <algorithm>
#include <string_view>

namespace ktriage {
namespace {

/// The line that Titler has tried the rule on: the first with a trigger that the rule's first pattern fits.
std::string find_title_line(const CrashReport& crash, const Rule* rule, const RulePack& pack) {
  const Family* family = pack.find_family(crash.family);
  if (family == nullptr) return {};
  std::string_view rest = crash.report;
  while (!rest.empty()) {
    const size_t newline = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, newline);
    rest.remove_prefix(std::min(newline + 1, rest.size()));
    if (!family->has_trigger(line)) continue;
    if (rule == nullptr || rule->match.empty() || rule->match.front().matches(line)) return std::string(line);
  }
  return {};
}

std::string describe(const std::vector<FrameSource>& sources) {
  std::string out;
  for (const auto& source : sources) {
    if (!out.empty()) out += ", ";
    switch (source.kind) {
      case FrameSource::Kind::Title:
        out += "title";
        break;
      case FrameSource::Kind::Ip:
        out += "ip";
        break;
      case FrameSource::Kind::Trace:
        out += "trace";
        break;
      case FrameSource::Kind::Frames:
        out += "frames";
        break;
      case FrameSource::Kind::At:
        out += "at '" + source.pattern.source() + "'";
        break;
      case FrameSource::Kind::After:
        out += "after '" + source.pattern.source() + "'";
        break;
    }
  }
  return out;
}

std::string describe(const Walk& walk) {
  std::string out = describe(walk.from);
  if (!walk.otherwise.empty()) out += "; otherwise " + describe(walk.otherwise);
  if (!walk.above.empty()) out += "; the frame just above one of '" + walk.above + "'";
  return out;
}

}  // namespace

const Rule* find_rule(const RulePack& pack, std::string_view id) {
  for (const auto& family : pack.families) {
    for (const auto& rule : family.rules) {
      if (rule.id == id) return &rule;
    }
  }
  return nullptr;
}

Explanation explain(const CrashReport& crash, const RulePack& pack) {
  Explanation out;
  out.rule = crash.rule.empty() ? nullptr : find_rule(pack, crash.rule);
  out.title_line = find_title_line(crash, out.rule, pack);
  if (out.rule != nullptr && out.rule->walk) out.looked_at = describe(*out.rule->walk);
  for (const auto& frame : crash.skipped) {
    ExplainedSkip skip{frame, {}, {}};
    if (const FrameList* list = pack.find_frame_list(frame.list)) {
      skip.why = list->why;
      skip.where = list->where;
    } else if (out.rule != nullptr) {
      skip.why = "this rule passes over it";
      skip.where = out.rule->where;
    }
    out.skipped.push_back(std::move(skip));
  }
  return out;
}

}  // namespace ktriage

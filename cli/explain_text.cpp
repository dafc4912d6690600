#include "cli/explain_text.h"

#include <fmt/format.h>

#include "cli/crash_text.h"
#include "cli/text_block.h"

namespace ktriage {
namespace {

std::string position(const Location& where) { return fmt::format("{}:{}", where.file, where.line); }

std::string rule_line(const Explanation& explanation) {
  if (explanation.rule == nullptr) return "none fits: the title is the line itself";
  return explanation.rule->id + " (" + position(explanation.rule->where) + ")";
}

std::string skip_line(const ExplainedSkip& skip) {
  std::string out = fmt::format("{}: fits '{}' of {}", skip.frame.function, skip.frame.entry, skip.frame.list);
  if (!skip.why.empty()) out += ": " + skip.why;
  if (!skip.where.file.empty()) out += " (" + position(skip.where) + ")";
  return out;
}

void add_explanation(const CrashReport& crash, const Explanation& explanation, TextBlock& block) {
  block.line("rule", rule_line(explanation));
  block.line("trigger", fmt::format("line {} of the log", crash.range.start_line));
  block.line("line", explanation.title_line);
  block.line("looked at", explanation.looked_at);
  std::string_view label = "skipped";
  for (const auto& skip : explanation.skipped) {
    block.line(label, skip_line(skip));
    label = "";
  }
  block.line("frame", crash.frame);
  if (crash.guilty) block.line("guilty", crash.guilty->function + ": " + crash.guilty->why);
}

}  // namespace

std::string explanation_to_text(const CrashReport& crash, const Explanation& explanation, const Style& style) {
  TextBlock block(style, "");
  add_explanation(crash, explanation, block);
  return block.text();
}

std::string explained_title_to_text(const CrashReport& crash, std::string_view file, const Explanation& explanation,
                                    const Style& style) {
  TextBlock block(style, paint_title(crash, style));
  block.line("where", format_place(crash, file));
  add_explanation(crash, explanation, block);
  block.line("corrupted", crash.corrupted_reason);
  return block.text();
}

}  // namespace ktriage

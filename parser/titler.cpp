#include "parser/titler.h"

#include <algorithm>
#include <utility>

#include "parser/byte_scan.h"
#include "parser/corruption.h"
#include "rules/title_template.h"

namespace ktriage {
namespace {

constexpr size_t kMaxTitle = 120;
constexpr std::string_view kNoFrame = "corrupted";

/// The title line from its trigger on: the name of a crash that no rule knows.
std::string_view from_trigger(const Family& family, std::string_view line) {
  size_t first = line.size();
  for (const auto& trigger : family.triggers) first = std::min(first, line.find(trigger));
  return line.substr(std::min(first, line.size()));
}

/// Control characters become nothing, runs of blanks one blank, the ends are trimmed.
std::string collapse(std::string_view title) {
  std::string out;
  for (const char c : title) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    if (blank) {
      out += ' ';
    } else if (!is_control(c)) {
      out += c;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// A symbolizer prints a title line once for each inlined function and then for the symbol, which is what titles name.
bool is_repeated_below(const Family& family, const std::vector<ReportLine>& lines, size_t i) {
  return lines[i].text.find(kInlineMark) != std::string_view::npos && i + 1 < lines.size() &&
         family.has_trigger(lines[i + 1].text);
}

}  // namespace

struct Titler::Match {
  std::vector<std::pair<std::string, std::string_view>> groups;
  std::vector<std::string_view> title_frames;
  size_t first_line = 0;

  std::string_view group(std::string_view name) const {
    for (const auto& [key, value] : groups) {
      if (key == name) return value;
    }
    return {};
  }
};

Titler::Titler(const RulePack& pack) : pack_(pack), lists_(pack) {}

bool Titler::match_rule(const Rule& rule, const ReportText& text, size_t line, Match& match) const {
  const auto& lines = text.lines();
  Captures captures;
  match = Match();
  match.first_line = line;
  for (size_t k = 0; k < rule.match.size(); ++k) {
    while (line < lines.size() && !rule.match[k].find(lines[line].text, captures)) {
      if (k == 0) return false;
      ++line;
    }
    if (line == lines.size()) return false;
    captures.for_each([&](std::string_view name, std::string_view value) {
      match.groups.emplace_back(name, value);
      if (name == "func" || name == "func2") match.title_frames.push_back(value);
    });
  }
  return std::all_of(rule.require.begin(), rule.require.end(), [&](const Pattern& pattern) {
    return std::any_of(lines.begin(), lines.end(), [&](const ReportLine& l) { return pattern.matches(l.text); });
  });
}

Title Titler::apply(const Rule& rule, const Match& match, const ReportText& text) const {
  Title out;
  out.rule = &rule;
  out.line = match.first_line;
  out.corrupted_reason = rule.corrupted;

  std::vector<std::string> names;  // of the frame: as the title has it, then as it was before its prefixes went
  if (rule.walk) {
    WalkResult walked = walk_frames(*rule.walk, text, match.first_line, match.title_frames, pack_, lists_);
    out.skipped = std::move(walked.skipped);
    if (walked.frame.empty() && !rule.walk->optional) {
      if (out.corrupted_reason.empty()) out.corrupted_reason = kCorruptedNoFrame;
      walked.frame = kNoFrame;
    }
    names.push_back(walked.frame);
    if (const auto* list = pack_.find_bucket_list(rule.walk->buckets)) {
      for (const auto& bucket : list->buckets) {
        if (bucket.as != names.front() && bucket.frame.matches(names.front())) {
          names.insert(names.begin(), bucket.as);
          break;
        }
      }
    }
    for (const auto& prefix : pack_.frame_prefixes) {
      if (names.front().starts_with(prefix) && names.front().size() > prefix.size()) {
        names.insert(names.begin(), names.front().substr(prefix.size()));
      }
    }
    out.frame = names.front();
  } else {
    names.emplace_back();
  }

  for (const auto& name : names) {
    const auto value = [&](std::string_view key) -> std::string_view {
      return key == "frame" ? name : match.group(key);
    };
    const std::string title = normalize(render_title(rule.title, value));
    if (out.title.empty()) {
      out.title = title;
    } else {
      out.alt_titles.push_back(title);
    }
    for (const auto& alt : rule.alt_titles) {
      out.alt_titles.push_back(normalize(render_title(alt, value)));
    }
  }
  std::sort(out.alt_titles.begin(), out.alt_titles.end());
  out.alt_titles.erase(std::unique(out.alt_titles.begin(), out.alt_titles.end()), out.alt_titles.end());
  std::erase(out.alt_titles, out.title);
  return out;
}

Title Titler::name(const Family& family, const ReportText& text) const {
  Match match;
  const auto& lines = text.lines();
  Title out;
  bool found = false;
  for (size_t i = 0; i < lines.size() && !found; ++i) {
    if (!family.has_trigger(lines[i].text) || is_repeated_below(family, lines, i)) continue;
    for (const auto& rule : family.rules) {
      if (!match_rule(rule, text, i, match)) continue;
      out = apply(rule, match, text);
      found = true;
      break;
    }
  }
  if (!found && !lines.empty()) {
    out.title = normalize(std::string(from_trigger(family, lines.front().text)));
    out.corrupted_reason = kCorruptedNoRule;
  }
  if (out.corrupted_reason.empty()) {
    const std::string_view title_line = lines.empty() ? std::string_view() : lines[out.line].text;
    out.corrupted_reason =
        find_corruption(title_line, out.rule != nullptr && out.rule->needs_trace, text, pack_.console);
  }
  return out;
}

std::string Titler::normalize(std::string title) const {
  title = collapse(title);
  for (const auto& replacement : pack_.title_replacements) replacement.pattern.replace_all(title, replacement.with);
  title = collapse(title);
  if (title.size() > kMaxTitle) title.resize(kMaxTitle);
  return title;
}

std::string Titler::type_of(std::string_view title) const {
  for (const auto& row : pack_.types) {
    if (row.title.matches(title)) return row.type;
  }
  return {};
}

int Titler::severity_of(std::string_view type) const {
  const int count = static_cast<int>(pack_.severities.size());
  for (int i = 0; i < count; ++i) {
    const auto& group = pack_.severities[static_cast<size_t>(i)];
    if (std::find(group.begin(), group.end(), type) != group.end()) return count - i;
  }
  return 0;
}

}  // namespace ktriage

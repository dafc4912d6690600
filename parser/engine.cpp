#include "parser/engine.h"

#include <algorithm>
#include <utility>

#include "parser/guilty_file.h"
#include "parser/machine_state.h"
#include "parser/report_text.h"
#include "parser/stack_extractor.h"

namespace ktriage {
namespace {

/// The report without the frames that the unwinder does not vouch for.
std::vector<std::string_view> readable_lines(const ReportText& text) {
  std::vector<std::string_view> lines;
  for (const auto& line : text.lines()) {
    if (!line.is_unreliable_frame()) lines.push_back(line.text);
  }
  return lines;
}

/// The text people read.
std::string readable_report(std::string leading, const std::vector<std::string_view>& lines) {
  std::string out = std::move(leading);
  for (const auto line : lines) {
    out += line;  // LogLine has taken the control bytes out
    out += '\n';
  }
  return out;
}

}  // namespace

Engine::Engine(RulePack pack, Incidents incidents)
    : pack_([&] {
        if (incidents == Incidents::Ignored) std::erase_if(pack.families, [](const auto& f) { return f.incident; });
        return std::move(pack);
      }()),
      scanner_(pack_),
      titler_(pack_),
      guilty_(pack_) {}

const Family* Engine::detect(std::string_view text, const std::vector<CrashScanner::Hit>& hits) const {
  const Family* best = nullptr;
  size_t best_length = 0;
  for (const auto& hit : hits) {
    if (hit.family >= pack_.families.size() || hit.length <= best_length) continue;
    const Family& family = pack_.families[hit.family];
    if (family.ignore.matches(text) || (!family.only.empty() && !family.only.matches(text))) continue;
    best = &family;
    best_length = hit.length;
  }
  if (best != nullptr && pack_.console.ignore.matches(text)) return nullptr;
  return best;
}

bool Engine::suppresses(std::string_view text, const std::vector<CrashScanner::Hit>& hits) const {
  const bool marked =
      std::any_of(hits.begin(), hits.end(), [](const auto& hit) { return hit.family == CrashScanner::kSuppressing; });
  const auto& marks = pack_.console.suppressing;
  return marked && std::any_of(marks.begin(), marks.end(), [&](const LogMark& mark) {
           return text.find(mark.literal) != std::string_view::npos && mark.line.matches(text);
         });
}

CrashReport Engine::describe(AssembledCrash crash) const {
  const ReportText text(std::move(crash.text), pack_.console);
  CrashReport report;
  Title title = titler_.name(*crash.family, text);
  report.title = std::move(title.title);
  report.alt_titles = std::move(title.alt_titles);
  report.frame = std::move(title.frame);
  report.corrupted_reason = std::move(title.corrupted_reason);
  if (crash.interrupted && report.corrupted_reason.empty()) report.corrupted_reason = "another report begins inside";
  report.skipped = std::move(title.skipped);
  report.rule = title.rule != nullptr ? title.rule->id : std::string();
  report.family = crash.family->name;
  report.type = titler_.type_of(report.title);
  report.severity = titler_.severity_of(report.type);
  report.suppressed = pack_.suppressed_titles.matches(report.title);
  report.incident = crash.family->incident;
  report.panicked = crash.panicked;
  report.range = crash.range;
  report.time_s = crash.time_s;
  extract_machine_state(text, pack_.console, report);
  report.stacks = extract_stacks(text, pack_.console);
  const auto lines = readable_lines(text);
  report.guilty_file = find_guilty_file(pack_.guilty_files, report.title, lines);
  report.report = readable_report(std::move(crash.leading), lines);
  report.guilty = guilty_.find(report);
  return report;
}

}  // namespace ktriage

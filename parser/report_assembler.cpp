#include "parser/report_assembler.h"

#include <algorithm>
#include <utility>

#include "parser/frame_line.h"
#include "parser/limits.h"

namespace ktriage {
namespace {

// With panic_on_warn and its like, the panic behind a report repeats the report's own stack. Shorter reports are kept whole:
// there the panic's stack may be the only one.
constexpr size_t kLinesBeforePanicIsDropped = 25;

}  // namespace

void ReportAssembler::add(const PlacedLine& placed, const Family* trigger, const std::function<std::string()>& leading) {
  const std::string_view text = placed.line.text;
  if (console_.panics.matches(text)) {
    for (auto& crash : open_) crash.crash.panicked = true;
  }
  Open* own = find(placed.line.context);
  if (trigger != nullptr && (own == nullptr || !goes_on_with(*own, text))) {
    if (own != nullptr) close(static_cast<size_t>(own - open_.data()));
    open(placed, *trigger, leading());
    return;
  }
  if (own == nullptr && placed.line.context.kind == Context::Kind::Cpu) {
    const auto gathering = std::find_if(open_.rbegin(), open_.rend(), [](const Open& crash) { return crash.all_cpus; });
    if (gathering != open_.rend()) own = &*gathering;
  }
  if (own != nullptr && !own->context.has_caller() && console_.info_stacks.matches(text)) {
    close(static_cast<size_t>(own - open_.data()));
    own = nullptr;
  }
  if (own != nullptr) join(*own, placed);
  for (size_t i = open_.size(); i-- > 0;) {
    if (is_over(open_[i], placed.number)) close(i);
  }
}

/// Is a trigger line part of the crash that is open in its context?
bool ReportAssembler::goes_on_with(const Open& crash, std::string_view text) const {
  if (console_.continuations.matches(text)) return true;
  const bool no_frame_yet = crash.lines_since_frame == crash.lines;
  return no_frame_yet && crash.crash.family->continues.matches(text);
}

ReportAssembler::Open* ReportAssembler::find(const Context& context) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const Open& crash) { return crash.context == context; });
  return found == open_.end() ? nullptr : &*found;
}

void ReportAssembler::open(const PlacedLine& placed, const Family& family, std::string leading) {
  if (open_.size() == limits::kOpenCrashes) close(0);
  Open& crash = open_.emplace_back();
  crash.context = placed.line.context;
  crash.crash.family = &family;
  crash.crash.leading = std::move(leading);
  crash.crash.time_s = placed.line.time_s;
  crash.crash.range.start_byte = placed.start_byte;
  crash.crash.range.start_line = placed.number;
  crash.crash.panicked = console_.panics.matches(placed.line.text);
  join(crash, placed);
}

void ReportAssembler::join(Open& crash, const PlacedLine& placed) {
  const std::string_view text = placed.line.text;
  crash.crash.range.end_byte = placed.end_byte;
  crash.crash.range.end_line = placed.number;
  crash.last_number = placed.number;
  ++crash.lines;
  if (crash.ended) ++crash.tail_lines;
  crash.lines_since_frame = parse_frame_line(text) ? 0 : crash.lines_since_frame + 1;
  // The trigger's own line ends nothing: KASAN's closing rule has the same form as its opening one.
  if (crash.lines > 1 && console_.end_markers.matches(text)) crash.ended = true;
  if (console_.cpu_backtraces.matches(text)) crash.all_cpus = true;
  if (crash.lines > kLinesBeforePanicIsDropped && console_.panics.matches(text)) crash.skip_text = true;
  if (!crash.skip_text && !console_.dropped.matches(text)) append_text(crash, text);
}

void ReportAssembler::append_text(Open& crash, std::string_view text) {
  if (crash.announced) return;
  crash.crash.text += text;
  crash.crash.text += '\n';
}

bool ReportAssembler::is_over(const Open& crash, uint64_t line_number) const {
  return crash.lines >= limits::kReportLines || crash.crash.text.size() >= limits::kReportBytes ||
         crash.tail_lines >= limits::kTailLines || crash.lines_since_frame >= limits::kLinesWithoutFrame ||
         line_number - crash.last_number >= limits::kIdleLines;
}

void ReportAssembler::close(size_t index) {
  Open crash = std::move(open_[index]);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
  if (!crash.announced) sink_(std::move(crash.crash));
}

void ReportAssembler::pause(bool all) {
  for (auto& crash : open_) {
    if (crash.announced || !(all || crash.ended)) continue;
    crash.announced = true;
    sink_(AssembledCrash(crash.crash));
    crash.crash.text.clear();
  }
}

void ReportAssembler::finish() {
  while (!open_.empty()) close(0);
}

}  // namespace ktriage

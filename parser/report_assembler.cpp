#include "parser/report_assembler.h"

#include <algorithm>
#include <utility>

#include "parser/frame_line.h"
#include "parser/limits.h"
#include "parser/text_cursor.h"

namespace ktriage {
namespace {

// With panic_on_warn and its like, the panic behind a report repeats the report's own stack. Shorter reports are kept
// whole: there the panic's stack may be the only one.
constexpr size_t kLinesBeforePanicIsDropped = 24;

/// "8040: 80471bd8 80470060 …": arm prints the whole stack, hundreds of lines, before its frames.
bool is_memory_dump(std::string_view text) {
  constexpr size_t kOffset = 4;
  return text.size() > kOffset && text[kOffset] == ':' &&
         std::all_of(text.begin(), text.begin() + kOffset, [](char c) { return is_hex_digit(c); });
}

}  // namespace

void ReportAssembler::add(const PlacedLine& placed, const Family* trigger,
                          const std::function<std::string()>& leading) {
  const std::string_view text = placed.line.text;
  if (trigger != nullptr && console_.panics.matches(text)) {
    for (auto& crash : open_) crash.crash.panicked = true;
  }
  Open* own = innermost(placed.line.context);
  // An incident never ends a crash.
  if (trigger != nullptr && (own == nullptr || !(trigger->incident || goes_on_with(*own, text)))) {
    const auto inside = interrupt(placed.line.context);
    // The outer crash has this line too: it is what it shows from here on.
    for (auto& crash : open_) {
      if (!crash.closed && crash.crash.context == placed.line.context) join(crash, placed);
    }
    make_room();
    open(placed, *trigger, leading(), inside);
    hand_out();
    return;
  }
  if (own == nullptr && placed.line.context.kind == Context::Kind::Cpu) {
    const auto gathering =
        std::find_if(open_.rbegin(), open_.rend(), [](const Open& crash) { return crash.all_cpus && !crash.closed; });
    if (gathering != open_.rend()) own = &*gathering;
  }
  if (own != nullptr && !own->crash.context.has_caller() && console_.info_stacks.matches(text)) {
    close(*own);
    own = nullptr;
  }
  if (own != nullptr) {
    const Context context = own->crash.context;
    for (auto& crash : open_) {
      if (!crash.closed && crash.crash.context == context) join(crash, placed);
    }
  }
  for (auto& crash : open_) {
    if (!crash.closed && is_over(crash, placed.number)) close(crash);
  }
  hand_out();
}

/// Is a trigger line part of the crash that is open in its context?
bool ReportAssembler::goes_on_with(const Open& crash, std::string_view text) const {
  if (crash.in_title || console_.continuations.matches(text)) return true;
  return !crash.has_frame && crash.crash.family != nullptr && crash.crash.family->continues.matches(text);
}

ReportAssembler::Open* ReportAssembler::innermost(const Context& context) {
  const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                  [&](const Open& crash) { return !crash.closed && crash.crash.context == context; });
  return found == open_.rend() ? nullptr : &*found;
}

/// Is more of it sure to come? Asked when another crash begins in its context.
bool ReportAssembler::is_unfinished(const Open& crash) const {
  if (crash.ended || crash.crash.family == nullptr || crash.lines > limits::kUnfinishedLines) return false;
  return !crash.has_frame || !crash.crash.family->until.empty();
}

/// Another crash begins in `context`. With a caller on each line, an unfinished crash goes on around it; others are
/// over. The start of the innermost one that goes on.
std::optional<uint64_t> ReportAssembler::interrupt(const Context& context) {
  std::optional<uint64_t> inside;
  for (auto& crash : open_) {
    if (crash.closed || crash.crash.context != context) continue;
    if (!context.has_caller() || !is_unfinished(crash)) {
      close(crash);
      continue;
    }
    inside = crash.crash.range.start_byte;
    if (!crash.crash.family->until.empty()) crash.crash.interrupted = true;
  }
  return inside;
}

void ReportAssembler::open(const PlacedLine& placed, const Family& family, std::string leading,
                           std::optional<uint64_t> inside) {
  Open& crash = open_.emplace_back();
  crash.crash.context = placed.line.context;
  crash.crash.family = &family;
  crash.crash.leading = std::move(leading);
  crash.crash.time_s = placed.line.time_s;
  crash.crash.inside = inside;
  crash.crash.range.start_byte = placed.start_byte;
  crash.crash.range.start_line = placed.number;
  crash.crash.panicked = console_.panics.matches(placed.line.text);
  join(crash, placed);
}

void ReportAssembler::join(Open& crash, const PlacedLine& placed) {
  const std::string_view text = placed.line.text;
  crash.crash.range.end_byte = placed.end_byte;
  crash.crash.range.end_line = placed.number;
  if (placed.line.time_s) crash.crash.end_time_s = placed.line.time_s;
  crash.last_number = placed.number;
  crash.in_title = crash.in_title && text.find(kInlineMark) != std::string_view::npos;
  ++crash.lines;
  if (crash.ended) ++crash.tail_lines;
  if (parse_frame_line(text)) {
    crash.has_frame = true;
    crash.lines_since_frame = 0;
  } else if (!is_memory_dump(text)) {
    ++crash.lines_since_frame;
  }
  const bool marked = console_.report_marks.matches(text);
  // The trigger's own line ends nothing: KASAN's closing rule has the same form as its opening one.
  if (marked && crash.lines > 1 && console_.end_markers.matches(text)) crash.ended = true;
  if (marked && console_.cpu_backtraces.matches(text)) crash.all_cpus = true;
  if (marked && crash.lines > kLinesBeforePanicIsDropped && console_.panics.matches(text)) crash.skip_text = true;
  if (!crash.skip_text && !(marked && console_.dropped.matches(text))) append_text(crash, text);
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

void ReportAssembler::close(Open& crash) { crash.closed = true; }

/// Keeps the number of open crashes, and what waits behind them, within bounds: the oldest must go.
void ReportAssembler::make_room() {
  size_t bytes = 0;
  size_t still_open = 0;
  for (const auto& crash : open_) {
    bytes += crash.crash.text.size();
    still_open += crash.closed ? 0 : 1;
  }
  if (still_open < limits::kOpenCrashes && open_.size() < limits::kWaitingCrashes && bytes < limits::kWaitingBytes)
    return;
  const auto oldest = std::find_if(open_.begin(), open_.end(), [](const Open& crash) { return !crash.closed; });
  if (oldest != open_.end()) close(*oldest);
}

/// Passes on what is complete, up to the first crash that is not.
void ReportAssembler::hand_out() {
  size_t done = 0;
  for (; done < open_.size() && open_[done].closed; ++done) announce(open_[done]);
  open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(done));
}

void ReportAssembler::announce(Open& crash) {
  if (crash.announced) return;
  crash.announced = true;
  // What is still to come must be told from another crash.
  const Family* family = crash.crash.family;
  const Context context = crash.crash.context;
  const LogRange range = crash.crash.range;
  sink_(std::move(crash.crash));
  crash.crash = AssembledCrash();
  crash.crash.family = family;
  crash.crash.context = context;
  crash.crash.range = range;
}

void ReportAssembler::pause(bool all) {
  for (auto& crash : open_) {
    if (all || crash.ended || crash.closed) announce(crash);
  }
}

void ReportAssembler::finish() {
  for (auto& crash : open_) close(crash);
  hand_out();
}

}  // namespace ktriage

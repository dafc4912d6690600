#include "parser/guilty.h"

#include <algorithm>
#include <array>

#include "parser/frame_line.h"

namespace ktriage {
namespace {

constexpr size_t kExplainedFrames = 4;
constexpr size_t kHead = 1024;  // bytes in which a report says what is wrong, before registers and stacks
// Lists of rules/linux/03-guilty.yaml.
constexpr std::string_view kExceptionEntry = "exception entry";
constexpr std::string_view kAllocator = "allocator";

/// `*` may stand at either end of `glob`.
bool glob_matches(std::string_view glob, std::string_view text) {
  const bool open_start = glob.starts_with('*');
  const bool open_end = glob.size() > 1 && glob.ends_with('*');
  glob = glob.substr(open_start ? 1 : 0, glob.size() - (open_start ? 1 : 0) - (open_end ? 1 : 0));
  if (open_start && open_end) return text.find(glob) != std::string_view::npos;
  if (open_start) return text.ends_with(glob);
  if (open_end) return text.starts_with(glob);
  return text == glob;
}

/// The function that the link register names at the time of the fault. A leaf function has no frame of its own on arm
/// and riscv, so that unwinders miss its caller; the register still holds it.
std::string_view link_register_of(std::string_view report) {
  constexpr std::array<std::string_view, 4> kLabels = {"lr : ", " ra : ", "ra : ", "LR is at "};
  while (!report.empty()) {
    const std::string_view line = report.substr(0, report.find('\n'));
    for (const auto label : kLabels) {
      if (!line.starts_with(label)) continue;
      const auto frame = parse_symbol(line.substr(label.size()));
      if (frame && frame->offset.value_or(0) > 0) return strip_compiler_suffix(frame->function);
    }
    report.remove_prefix(std::min(report.size(), line.size() + 1));
  }
  return {};
}

}  // namespace

GuiltyFinder::GuiltyFinder(const RulePack& pack) : pack_(pack) {
  for (const auto& list : pack.guilty_lists) {
    for (const auto& function : list.functions) {
      if (function.find('*') == std::string::npos) {
        exact_.emplace(function, &list);
      } else {
        globs_.emplace_back(function, &list);
      }
    }
  }
}

const GuiltyList* GuiltyFinder::machinery(std::string_view function) const {
  constexpr std::string_view kProfiled = "_noprof";  // include/linux/alloc_tag.h
  if (function.ends_with(kProfiled)) function.remove_suffix(kProfiled.size());
  if (const auto found = exact_.find(function); found != exact_.end()) return found->second;
  if (function.empty()) return nullptr;
  for (const auto& [glob, list] : globs_) {
    if (glob.front() != '*' && glob.front() != function.front()) continue;  // nearly all, for little
    if (glob_matches(glob, function)) return list;
  }
  return nullptr;
}

/// How far the access that KCSAN announces above `stack` is from being the mistake (kernel/kcsan/report.c,
/// get_access_type()). An assertion is only what was broken, but for the allocator's: nobody may use what is being
/// freed. A marked access is how it should be done. By default (KCSAN_ASSUME_PLAIN_WRITES_ATOMIC) a plain write is
/// taken for atomic, so it is the plain read that is reported.
int GuiltyFinder::innocence(const Stack& stack) const {
  if (stack.header.starts_with("assert ")) {
    const GuiltyList* list = machinery(strip_compiler_suffix(stack.frames.front().function));
    return list != nullptr && list->name == kAllocator ? 0 : 3;
  }
  if (stack.header.find(" (marked") != std::string::npos) return 2;
  return stack.header.starts_with("write") ? 1 : 0;
}

const Stack* GuiltyFinder::primary_stack(const CrashReport& report) const {
  const bool race = report.type.starts_with("KCSAN");
  for (const auto role : {StackRole::Crash, StackRole::PerCpu, StackRole::Allocation}) {
    const Stack* found = nullptr;
    for (const auto& stack : report.stacks) {
      if (stack.role != role || stack.frames.empty()) continue;
      if (found == nullptr || (race && innocence(stack) < innocence(*found))) found = &stack;
    }
    if (found != nullptr) return found;
  }
  return nullptr;
}

bool GuiltyFinder::jumped_nowhere(const CrashReport& report, const Stack& stack) const {
  const Frame& first = stack.frames.front();
  if (stack.role != StackRole::Crash || !first.at_fault) return false;
  return first.function.empty() || pack_.guilty_jumps.matches(std::string_view(report.report).substr(0, kHead));
}

std::vector<Call> GuiltyFinder::calls(const CrashReport& report, const Stack& stack) const {
  std::vector<Call> out;
  if (stack.frames.empty()) return out;
  const bool nowhere = jumped_nowhere(report, stack);
  bool exact = true;  // the frame's address is where the processor was, not where it would return to
  // From nowhere the unwinder knows no way, but the return address is still on top of the stack.
  bool top =
      nowhere && std::any_of(stack.frames.begin() + 1, stack.frames.end(), [](const Frame& f) { return f.reliable; });
  for (const auto& frame : stack.frames) {
    const auto function = strip_compiler_suffix(frame.function);
    const bool first = &frame == &stack.frames.front();
    const bool was_exact = exact || first || frame.at_fault;
    const GuiltyList* list = machinery(function);
    exact = list != nullptr && list->name == kExceptionEntry;
    if (function.empty() || (first && nowhere)) continue;
    if (frame.reliable) top = false;
    // A call that never returns leaves the address of whatever function comes next.
    if (frame.offset == uint64_t{0} && !was_exact && !frame.inlined) continue;
    out.push_back({function, &frame, frame.reliable || top, list});
  }
  add_link_register(report, stack, out);
  return out;
}

void GuiltyFinder::add_link_register(const CrashReport& report, const Stack& stack, std::vector<Call>& calls) const {
  if (stack.role != StackRole::Crash) return;
  const auto caller = link_register_of(report.report);
  const bool shown = std::any_of(calls.begin(), calls.end(),
                                 [&](const Call& call) { return call.reliable && call.function == caller; });
  if (caller.empty() || shown) return;
  const bool behind_first = !calls.empty() && calls.front().frame == &stack.frames.front();
  calls.insert(calls.begin() + (behind_first ? 1 : 0), {caller, nullptr, true, machinery(caller)});
}

std::optional<Guilty> GuiltyFinder::find_among(const Stack& stack, const std::vector<Call>& calls,
                                               bool reliable) const {
  std::string passed;
  size_t count = 0;
  for (const auto& call : calls) {
    if (call.reliable != reliable) continue;
    if (call.machinery != nullptr) {
      if (++count <= kExplainedFrames) {
        passed += (passed.empty() ? "" : ", ") + std::string(call.function) + " (" + call.machinery->name + ")";
      }
      continue;
    }
    Guilty guilty;
    guilty.function = call.function;
    if (call.frame != nullptr) {
      guilty.module = call.frame->module;
      guilty.file = call.frame->file;
      guilty.line = call.frame->line;
    }
    guilty.why = call.frame == nullptr ? "in the link register, innermost function"
                 : reliable            ? "innermost frame"
                                       : "a guess, for no frame is vouched for: innermost unreliable frame";
    guilty.why += " of the " + std::string(stack.role == StackRole::Allocation ? "allocation" : "crash") +
                  " stack that is not machinery";
    if (count > 0) guilty.why += "; passed over " + passed;
    if (count > kExplainedFrames) guilty.why += " and " + std::to_string(count - kExplainedFrames) + " more";
    return guilty;
  }
  return std::nullopt;
}

std::optional<Guilty> GuiltyFinder::named(const CrashReport& report, bool fallback) const {
  for (const auto& row : pack_.guilty_named) {
    if (row.fallback != fallback || !row.title.matches(report.title)) continue;
    for (const auto& line : row.lines) {
      Captures captures;
      if (!line.find(report.report, captures)) continue;
      const auto function = strip_compiler_suffix(captures.named("func"));
      if (function.empty() || machinery(function) != nullptr) continue;
      Guilty guilty;
      guilty.function = function;
      guilty.why = "the message names it: " + row.why;
      return guilty;
    }
  }
  return std::nullopt;
}

std::optional<Guilty> GuiltyFinder::named(const CrashReport& report) const { return named(report, false); }

std::optional<Guilty> GuiltyFinder::find(const CrashReport& report) const {
  if (auto guilty = named(report, false)) return guilty;
  if (const Stack* stack = primary_stack(report)) {
    const auto path = calls(report, *stack);
    if (auto guilty = find_among(*stack, path, true)) return guilty;
    if (auto guilty = find_among(*stack, path, false)) return guilty;
  } else if (const auto caller = link_register_of(report.report); !caller.empty() && machinery(caller) == nullptr) {
    Guilty guilty;
    guilty.function = caller;
    guilty.why = "in the link register, and there is no stack";
    return guilty;
  }
  return named(report, true);
}

}  // namespace ktriage

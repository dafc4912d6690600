#include "parser/guilty.h"

#include <algorithm>

#include "parser/frame_line.h"

namespace ktriage {
namespace {

constexpr size_t kExplainedFrames = 4;

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

/// The stack that shows the crash itself; for a leak, where the object was allocated.
const Stack* primary_stack(const std::vector<Stack>& stacks) {
  for (const auto role : {StackRole::Crash, StackRole::PerCpu, StackRole::Allocation}) {
    const auto found =
        std::find_if(stacks.begin(), stacks.end(), [&](const Stack& stack) { return stack.role == role; });
    if (found != stacks.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

GuiltyFinder::GuiltyFinder(const RulePack& pack) {
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
  for (const auto& [glob, list] : globs_) {
    if (glob_matches(glob, function)) return list;
  }
  return nullptr;
}

std::optional<Guilty> GuiltyFinder::find_among(const Stack& stack, bool reliable) const {
  std::string passed;
  size_t count = 0;
  for (const auto& frame : stack.frames) {
    const auto function = strip_compiler_suffix(frame.function);
    if (frame.reliable != reliable || function.empty()) continue;
    if (const GuiltyList* list = machinery(function)) {
      if (++count <= kExplainedFrames) {
        passed += (passed.empty() ? "" : ", ") + std::string(function) + " (" + list->name + ")";
      }
      continue;
    }
    Guilty guilty{std::string(function), frame.module, frame.file, frame.line, {}};
    guilty.why = reliable ? "innermost frame" : "a guess, for no frame is vouched for: innermost unreliable frame";
    guilty.why += " of the " + std::string(stack.role == StackRole::Allocation ? "allocation" : "crash") +
                  " stack that is not machinery";
    if (count > 0) guilty.why += "; passed over " + passed;
    if (count > kExplainedFrames) guilty.why += " and " + std::to_string(count - kExplainedFrames) + " more";
    return guilty;
  }
  return std::nullopt;
}

std::optional<Guilty> GuiltyFinder::find(const CrashReport& report) const {
  const Stack* stack = primary_stack(report.stacks);
  if (stack == nullptr) return std::nullopt;
  if (auto guilty = find_among(*stack, true)) return guilty;
  return find_among(*stack, false);
}

}  // namespace ktriage

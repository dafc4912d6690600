#include "signatures/signature.h"

#include <algorithm>
#include <array>
#include <optional>

#include "parser/frame_line.h"
#include "signatures/digest.h"

namespace ktriage {
namespace {

constexpr size_t kFrames = 16;  // further out all stacks look alike
constexpr uint64_t kNullPage = 4096;
constexpr size_t kHints = 8;
constexpr size_t kObjectFrames = 4;   // of allocation and free
constexpr size_t kHeadLines = 8;      // in which a report says what is wrong
constexpr size_t kEvidenceLines = 6;  // of a report that shows nothing else

const Stack* stack_of(const CrashReport& report, StackRole role) {
  const auto found = std::find_if(report.stacks.begin(), report.stacks.end(),
                                  [&](const Stack& stack) { return stack.role == role && !stack.frames.empty(); });
  return found == report.stacks.end() ? nullptr : &*found;
}

/// "KASAN: slab-use-after-free Read in f" → "KASAN: slab-use-after-free Read".
std::string what_of(const CrashReport& report) {
  const size_t in = report.title.rfind(" in ");
  return report.frame.empty() || in == std::string::npos ? report.title : report.title.substr(0, in);
}

/// Only then does it matter who freed: SLUB shows the last owner of a damaged object too.
bool is_use_after_free(std::string_view title) {
  return title.find("free") != std::string_view::npos || title.find("Poison") != std::string_view::npos;
}

void cut_numbers(std::string_view line, std::string& out) {
  for (const char c : line) {
    const bool number = (c >= '0' && c <= '9') || (!out.empty() && out.back() == '#' &&
                                                   ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == 'x'));
    if (!number) {
      out += c;
    } else if (out.empty() || out.back() != '#') {
      out += '#';
    }
  }
}

/// What a report without a trustworthy frame can be told by: the source line it names, else its first lines.
std::string evidence_of(std::string_view report) {
  std::string lines;
  for (size_t count = 0; count < kEvidenceLines && !report.empty(); ++count) {
    const std::string_view line = report.substr(0, report.find('\n'));
    if (line.starts_with("kernel BUG at ")) return std::string(line);
    cut_numbers(line, lines);
    lines += '\n';
    report.remove_prefix(std::min(report.size(), line.size() + 1));
  }
  return lines;
}

std::string_view first_lines(std::string_view text, size_t count) {
  size_t end = 0;
  while (count-- > 0 && end < text.size()) end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

bool holds(const std::vector<SignatureFrame>& frames, std::string_view function) {
  return std::any_of(frames.begin(), frames.end(), [&](const SignatureFrame& f) { return f.function == function; });
}

}  // namespace

void Signer::NameSet::add(const std::vector<GuiltyList>& lists) {
  for (const auto& list : lists) {
    for (const auto& function : list.functions) {
      if (function.ends_with('*')) {
        prefixes_.push_back(function.substr(0, function.size() - 1));
      } else {
        exact_.insert(function);
      }
    }
  }
}

bool Signer::NameSet::has(std::string_view function) const {
  if (exact_.contains(function)) return true;
  return !function.empty() && std::any_of(prefixes_.begin(), prefixes_.end(), [&](const std::string& prefix) {
    return (prefix.empty() || prefix.front() == function.front()) && function.starts_with(prefix);
  });
}

Signer::Signer(const RulePack& pack)
    : pack_(pack),
      machinery_(pack),
      module_names_(pack.signatures.module_names.begin(), pack.signatures.module_names.end()) {
  ends_.add(pack.signatures.ends);
  through_.add(pack.signatures.through);
  for (const auto& kind : pack.signatures.kinds) kind_titles_.push_back(Pattern::any_of(kind.titles));
  std::vector<std::string> lines;
  for (const auto& row : pack.signatures.details) lines.push_back(row.line.source());
  details_.append(lines);
}

std::string_view Signer::passed_over(std::string_view function) const {
  if (const GuiltyList* list = machinery_.machinery(function)) return list->name;
  if (ends_.has(function)) return "entry";
  return through_.has(function) ? std::string_view("handler") : std::string_view();
}

const CrashKind* Signer::kind_of(std::string_view title) const {
  for (size_t i = 0; i < kind_titles_.size(); ++i) {
    if (kind_titles_[i].matches(title)) return &pack_.signatures.kinds[i];
  }
  return nullptr;
}

std::string Signer::fold(std::string_view function) const {
  for (const auto& prefix : pack_.signatures.syscall_prefixes) {
    if (function.size() > prefix.size() && function.starts_with(prefix)) {
      return "sys_" + std::string(function.substr(prefix.size()));
    }
  }
  return std::string(function);
}

/// The calls that say something: those the unwinder vouches for, or only the others.
std::vector<SignatureFrame> Signer::significant(const std::vector<Call>& calls, bool reliable) const {
  std::vector<SignatureFrame> out;
  for (const auto& call : calls) {
    if (call.reliable != reliable || call.machinery != nullptr || through_.has(call.function)) continue;
    if (ends_.has(call.function)) {
      if (out.empty()) continue;
      break;
    }
    std::string name = fold(call.function);
    if (holds(out, name)) continue;
    if (call.frame == nullptr) {
      out.push_back({std::move(name), {}, false});
    } else {
      out.push_back({std::move(name), call.frame->module, call.frame->inlined});
    }
    if (out.size() == kFrames) break;
  }
  return out;
}

/// Frames, and hints: what is marked `?` the unwinder found on the stack and could not place, perhaps an old return
/// address.
void Signer::set_frames(const CrashReport& report, const CrashKind* kind, Signature& signature) const {
  const Stack* stack = machinery_.primary_stack(report);
  if (kind != nullptr && kind->anchor == CrashKind::Anchor::Functions) {
    if (const auto sides = sides_of(report); !sides.empty()) stack = sides.begin()->second;
  }
  if (stack == nullptr) return;
  const auto calls = machinery_.calls(report, *stack);
  auto unreliable = significant(calls, false);
  signature.frames = significant(calls, true);
  if (signature.frames.empty()) signature.frames = unreliable;
  if (machinery_.jumped_nowhere(report, *stack)) {
    const auto& target = stack->frames.front();
    signature.detail = target.function.empty() && target.address.value_or(kNullPage) < kNullPage
                           ? "call of a null pointer"
                           : "call of a wild pointer";
  }
  for (auto& frame : unreliable) signature.hints.push_back(std::move(frame.function));
  if (signature.hints.size() > kHints) signature.hints.resize(kHints);
}

std::string Signer::detail_of(std::string_view report) const {
  const std::string_view head = first_lines(report, kHeadLines);
  const auto row = details_.first_match(head);
  return row ? pack_.signatures.details[*row].detail : std::string();
}

std::vector<std::string> Signer::functions_of(const CrashReport& report, StackRole role) const {
  std::vector<std::string> out;
  if (const Stack* stack = stack_of(report, role)) {
    for (auto& frame : significant(machinery_.calls(report, *stack), true)) out.push_back(std::move(frame.function));
  }
  if (out.size() > kObjectFrames) out.resize(kObjectFrames);
  return out;
}

/// The innermost function of each side of a race, with its stack, in an order that does not depend on who came first.
std::map<std::string, const Stack*> Signer::sides_of(const CrashReport& report) const {
  std::map<std::string, const Stack*> out;
  for (const auto& stack : report.stacks) {
    if (stack.role != StackRole::Crash || stack.frames.empty()) continue;
    const auto frames = significant(machinery_.calls(report, stack), true);
    if (!frames.empty()) out.emplace(frames.front().function, &stack);
    if (out.size() == 2) break;
  }
  return out;
}

void Signer::set_anchor(const CrashReport& report, const CrashKind* kind, Signature& signature) const {
  using Anchor = CrashKind::Anchor;
  const Anchor anchor = kind == nullptr ? Anchor::Function : kind->anchor;
  // A message stands for itself only where no function is part of it.
  if (anchor == Anchor::Title && report.frame.empty() && !report.corrupted()) signature.anchor = report.title;
  if (anchor == Anchor::Functions) {
    for (const auto& [function, stack] : sides_of(report)) {
      signature.anchor += (signature.anchor.empty() ? "" : " / ") + function;
    }
  }
  if (!signature.anchor.empty()) return;
  if (const auto named = machinery_.named(report)) {
    signature.anchor = fold(named->function);
    cut_before_anchor(signature);
  } else if (!signature.frames.empty()) {
    signature.anchor = signature.frames.front().function;
    signature.module = signature.frames.front().module;
  } else if (report.guilty) {
    signature.anchor = fold(report.guilty->function);
    signature.module = report.guilty->module;
  } else if (!report.frame.empty() && !report.corrupted()) {
    signature.anchor = fold(report.frame);
  } else if (!report.corrupted()) {
    signature.anchor = report.title;
  }
}

/// The stack below a message that names its function shows only who noticed, unless the function is on it.
void Signer::cut_before_anchor(Signature& signature) {
  auto& frames = signature.frames;
  const auto found = std::find_if(frames.begin(), frames.end(),
                                  [&](const SignatureFrame& frame) { return frame.function == signature.anchor; });
  frames.erase(frames.begin(), found);
  if (frames.empty()) signature.hints.clear();
}

void Signer::set_ids(Signature& signature) const {
  std::string anchor = signature.anchor;
  if (module_names_.contains(anchor)) anchor += " [" + signature.module + "]";
  std::string text = "ktriage signature " + std::to_string(signature.version) + "\n" + signature.kind + "\n" + anchor;
  // Nothing sound begins like this, so a corrupted report never has the id of a sound one.
  if (signature.corrupted) text += "\ncorrupted\n" + signature.what + "\n" + signature.evidence;
  signature.id = digest(text, 12);
  signature.family = digest("ktriage family\n" + (anchor.empty() ? text : anchor), 8);
}

Signature Signer::sign(const CrashReport& report) const {
  Signature signature;
  const CrashKind* kind = kind_of(report.title);
  if (kind != nullptr) signature.kind = kind->name;
  signature.corrupted = report.corrupted();
  signature.what = what_of(report);
  signature.detail = detail_of(report.report);
  set_frames(report, kind, signature);
  signature.allocation = functions_of(report, StackRole::Allocation);
  if (is_use_after_free(report.title)) signature.free = functions_of(report, StackRole::Free);
  set_anchor(report, kind, signature);
  if (!signature.corrupted) {
    signature.titles = report.alt_titles;
    signature.titles.push_back(report.title);
    std::sort(signature.titles.begin(), signature.titles.end());
  } else if (signature.anchor.empty()) {
    signature.evidence = evidence_of(report.report);
  }
  set_ids(signature);
  return signature;
}

}  // namespace ktriage

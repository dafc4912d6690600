#include "cli/crash_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/escape.h"
#include "cli/text_block.h"
#include "parser/frame_line.h"

namespace ktriage {
namespace {

constexpr size_t kShownFrames = 8;

void append(std::string& list, std::string_view separator, const std::string& item) {
  if (item.empty()) return;
  if (!list.empty()) list += separator;
  list += item;
}

std::string position(const std::string& file, uint32_t line) {
  return line > 0 ? fmt::format("{}:{}", file, line) : file;
}

std::string kernel(const KernelInfo& kernel) {
  std::string out = kernel.release;
  append(out, ", ", kernel.arch);
  append(out, ", ", kernel.tainted.empty() ? std::string() : "tainted " + kernel.tainted);
  append(out, ", ", kernel.hardware);
  return out;
}

std::string task(const CrashReport& crash) {
  std::string out = crash.comm;
  if (crash.pid) append(out, ", ", fmt::format("pid {}", *crash.pid));
  if (crash.cpu) append(out, ", ", fmt::format("cpu {}", *crash.cpu));
  if (crash.executor) append(out, ", ", fmt::format("executor {}.{}", crash.executor->proc, crash.executor->id));
  return out;
}

std::string kind(const CrashReport& crash) {
  std::string out = crash.type;
  if (crash.suppressed) append(out, ", ", "suppressed: not the kernel's fault");
  return out;
}

std::string place(const std::string& function, const std::string& module, const std::string& file, uint32_t line) {
  std::string out = function;
  if (!module.empty()) append(out, " ", "[" + module + "]");
  append(out, " ", position(file, line));
  return out;
}

std::string describe(const Frame& frame) {
  const std::string name =
      !frame.function.empty() || !frame.address ? frame.function : fmt::format("{:#x}", *frame.address);
  return place(name, frame.module, frame.file, frame.line) + (frame.inlined ? " (inline)" : "");
}

/// The stack of the crash itself; of a report without one (a leak), the first there is.
const Stack* main_stack(const std::vector<Stack>& stacks) {
  const auto found =
      std::find_if(stacks.begin(), stacks.end(), [](const Stack& s) { return s.role == StackRole::Crash; });
  if (found != stacks.end()) return &*found;
  return stacks.empty() ? nullptr : &stacks.front();
}

/// The vouched-for frames from the guilty one on: what stands above it is machinery, and the reader knows that.
std::vector<const Frame*> frames_worth_showing(const Stack& stack, const std::optional<Guilty>& guilty) {
  std::vector<const Frame*> frames;
  for (const auto& frame : stack.frames) {
    if (frame.reliable) frames.push_back(&frame);
  }
  const auto first = std::find_if(frames.begin(), frames.end(), [&](const Frame* frame) {
    return guilty && strip_compiler_suffix(frame->function) == guilty->function;
  });
  if (first != frames.end()) frames.erase(frames.begin(), first);
  return frames;
}

void add_stack(TextBlock& block, const Stack& stack, const std::optional<Guilty>& guilty) {
  const auto frames = frames_worth_showing(stack, guilty);
  const size_t shown = std::min(frames.size(), kShownFrames);
  for (size_t i = 0; i < shown; ++i) block.line(i == 0 ? "stack" : "", describe(*frames[i]));
  if (frames.size() > shown) block.line("", fmt::format("… {} more", frames.size() - shown));
}

}  // namespace

std::string paint_title(const CrashReport& crash, const Style& style) {
  return style.paint(crash.corrupted() ? Color::CorruptedTitle : Color::Title, escape_for_terminal(crash.title));
}

std::string format_place(const CrashReport& crash, std::string_view file) {
  std::string out = fmt::format("{}:{}-{}", file == "-" ? "stdin" : file, crash.range.start_line, crash.range.end_line);
  if (crash.time_s) out += fmt::format(", {:.6f} s after boot", *crash.time_s);
  return out;
}

std::string follower_to_text(const CrashReport& crash, std::string_view file, const Style& style) {
  return fmt::format("  then {} ({}; {})\n", paint_title(crash, style), escape_for_terminal(format_place(crash, file)),
                     crash.caused_by->why);
}

std::string crash_to_text(const CrashReport& crash, std::string_view file, const Style& style) {
  TextBlock block(style, paint_title(crash, style));
  block.line("where", format_place(crash, file));
  block.line("kernel", kernel(crash.kernel));
  block.line("task", task(crash));
  block.line("type", kind(crash));
  if (crash.guilty) {
    block.line("guilty", place(crash.guilty->function, crash.guilty->module, crash.guilty->file, crash.guilty->line));
  }
  if (const Stack* stack = main_stack(crash.stacks)) add_stack(block, *stack, crash.guilty);
  block.line("corrupted", crash.corrupted_reason);
  if (crash.panicked) block.line("panicked", "the kernel gave up");
  return block.text();
}

}  // namespace ktriage

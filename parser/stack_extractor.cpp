#include "parser/stack_extractor.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace ktriage {
namespace {

Frame to_frame(const FrameView& view) {
  Frame frame;
  frame.function = view.function;
  frame.offset = view.offset;
  frame.size = view.size;
  frame.address = view.address;
  frame.module = view.module;
  frame.build_id = view.build_id;
  frame.file = view.file;
  frame.line = view.line;
  frame.reliable = view.reliable;
  frame.inlined = view.inlined;
  return frame;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Where the processor was in kernel mode, in no function: `RIP: 0010:0xffffffff12345678`, `pc : 0x10`. The low bits
/// of x86's code segment are the privilege level, 3 is user space.
std::optional<uint64_t> kernel_address(std::string_view line) {
  const std::string_view text = trimmed(line);
  const size_t start = text.rfind("0x");
  if (start == std::string_view::npos || start == 0) return std::nullopt;
  if (text[start - 1] == ':' && start >= 2 && (text[start - 2] & 3) == 3) return std::nullopt;
  uint64_t address = 0;
  const auto [end, error] = std::from_chars(text.data() + start + 2, text.data() + text.size(), address, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(address) : std::nullopt;
}

Frame at_address(uint64_t address) {
  Frame frame;
  frame.address = address;
  frame.at_fault = true;
  return frame;
}

class Extractor {
 public:
  Extractor(const ReportText& text, const ConsoleRules& console) : text_(text), console_(console) {}

  std::vector<Stack> run() {
    for (const auto& line : text_.lines()) visit(line);
    add_outermost();
    flush_pointer();
    std::erase_if(stacks_, [](const Stack& stack) { return stack.frames.empty(); });
    return std::move(stacks_);
  }

 private:
  void visit(const ReportLine& line) {
    switch (line.kind) {
      case LineKind::StackHeader:
        begin(line.header->role, trimmed(line.text));
        break;
      case LineKind::InstructionPointer:
        visit_pointer(line);
        break;
      case LineKind::Frame:
        if (!in_stack_) begin(StackRole::Crash, {});
        drop_repeated_owner(*line.frame);
        stacks_.back().frames.push_back(to_frame(*line.frame));
        caller_ = line.frame->caller;
        break;
      case LineKind::Corruption:
        in_stack_ = false;
        break;
      case LineKind::Other:
        if (console_.end_markers.matches(line.text)) {
          in_stack_ = false;
          flush_pointer();
          ended_ = true;  // x86 prints the registers once more behind its end marker
        }
        break;
    }
  }

  /// Where the stack holds the function that its header named, it says so more precisely.
  void drop_repeated_owner(const FrameView& frame) {
    auto& frames = stacks_.back().frames;
    if (owner_ && !frames.empty() && frames.front().function == frame.function &&
        frames.front().offset == frame.offset) {
      frames.erase(frames.begin());
      owner_ = false;
    }
  }

  /// arm names each caller twice, but for the outermost one.
  void add_outermost() {
    if (caller_.empty()) return;
    Frame frame;
    frame.function = std::exchange(caller_, {});
    stacks_.back().frames.push_back(std::move(frame));
  }

  void visit_pointer(const ReportLine& line) {
    if (!line.frame) {
      const auto address = in_stack_ || ended_ ? std::nullopt : kernel_address(line.text);
      if (address) pointer_.push_back(at_address(*address));
      in_stack_ = false;  // user space: the bottom of the stack
    } else if (in_stack_ && !stacks_.back().frames.empty()) {
      stacks_.back().frames.push_back(to_frame(*line.frame));
      stacks_.back().frames.back().at_fault = true;
    } else if (!ended_) {
      pointer_.push_back(to_frame(*line.frame));
      pointer_.back().at_fault = true;
    }
  }

  void begin(StackRole role, std::string_view header) {
    add_outermost();
    // "NMI backtrace for cpu 1" stands above a "Call Trace:" of its own: one stack, and it is that CPU's.
    if (in_stack_ && stacks_.back().frames.empty() && stacks_.back().role == StackRole::PerCpu &&
        role == StackRole::Crash) {
      stacks_.back().frames = std::exchange(pointer_, {});
      return;
    }
    if (role != StackRole::Crash && role != StackRole::PerCpu) flush_pointer();
    owner_ = false;
    stacks_.push_back({role, std::string(header), std::exchange(pointer_, {})});
    if (role == StackRole::Allocation || role == StackRole::Free) add_owner(header);
    in_stack_ = true;
  }

  /// SLUB's headers name the innermost function (mm/slub.c, print_track()), which the stack lacks after a tail call:
  /// "Freed in frob+0x5/0x10 age=0 cpu=0 pid=36".
  void add_owner(std::string_view header) {
    const size_t in = header.find(" in ");
    const size_t age = header.find(" age=");
    if (in == std::string_view::npos || age == std::string_view::npos || age < in + 4) return;
    if (const auto frame = parse_symbol(header.substr(in + 4, age - in - 4))) {
      stacks_.back().frames.push_back(to_frame(*frame));
      owner_ = true;
    }
  }

  /// An instruction pointer that no trace followed is a stack of one frame.
  void flush_pointer() {
    if (!pointer_.empty()) stacks_.push_back({StackRole::Crash, {}, std::exchange(pointer_, {})});
    if (!stacks_.empty() && stacks_.back().header.empty()) in_stack_ = false;
  }

  const ReportText& text_;
  const ConsoleRules& console_;
  std::vector<Stack> stacks_;
  std::vector<Frame> pointer_;
  std::string_view caller_;  // of the last frame
  bool in_stack_ = false;
  bool ended_ = false;
  bool owner_ = false;  // the innermost frame of the last stack comes from its header
};

}  // namespace

std::vector<Stack> extract_stacks(const ReportText& text, const ConsoleRules& console) {
  return Extractor(text, console).run();
}

}  // namespace ktriage

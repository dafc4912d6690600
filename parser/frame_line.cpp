#include "parser/frame_line.h"

#include "parser/text_cursor.h"

namespace ktriage {
namespace {

constexpr bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }

std::optional<uint64_t> eat_hex(std::string_view& text) {
  if (!eat(text, "0x")) return std::nullopt;
  return to_number<uint64_t>(eat_while(text, is_hex_digit), 16);
}

/// "[<ffffffff81000000>]", "[ffffffff81000000]", "[<     inline     >]", "[<(____ptrval____)>]"; the address if it is
/// one.
bool eat_bracketed_address(std::string_view& text, FrameView& frame) {
  auto rest = text;
  if (!eat(rest, "[")) return false;
  const bool angle = eat(rest, "<");
  eat_blanks(rest);
  if (angle && eat(rest, "inline")) {
    frame.inlined = true;
  } else if (angle && eat(rest, "(____ptrval____)")) {
    frame.address.reset();
  } else {
    const bool prefixed = eat(rest, "0x");
    const auto digits = eat_while(rest, is_hex_digit);
    if (digits.size() < (prefixed ? 1 : 6)) return false;
    frame.address = to_number<uint64_t>(digits, 16);  // powerpc: the stack pointer stands before it
  }
  eat_blanks(rest);
  if (angle && !eat(rest, ">")) return false;
  if (!eat(rest, "]")) return false;
  text = rest;
  return true;
}

/// A C identifier with compiler suffixes, a Rust v0 or C++ mangled name, or a demangled name up to its +offset.
std::string_view eat_function(std::string_view& text) {
  const auto is_name = [](char c) { return is_word(c) || c == '.' || c == '$'; };
  auto rest = text;
  const auto name = eat_while(rest, is_name);
  if (!name.empty() && (rest.empty() || (rest.front() != ':' && rest.front() != '<'))) {
    text = rest;
    return name;
  }
  // Demangled: "<a::B as c::D>::e+0x1/0x2". Only with an offset can its end be told.
  if (!text.empty() && (text.front() == '<' || rest.starts_with("::") || rest.starts_with("<"))) {
    const size_t plus = text.find("+0x");
    if (plus != std::string_view::npos && text.substr(0, plus).find("::") != std::string_view::npos) {
      const auto demangled = text.substr(0, plus);
      text.remove_prefix(plus);
      return demangled;
    }
  }
  return {};
}

/// "+0x1f/0x2a0"; also without the size.
void eat_offset(std::string_view& text, FrameView& frame) {
  auto rest = text;
  if (!eat(rest, "+")) return;
  const auto offset = eat_hex(rest);
  if (!offset) return;
  frame.offset = offset;
  text = rest;
  if (eat(rest, "/")) {
    if (const auto size = eat_hex(rest)) {
      frame.size = size;
      text = rest;
    }
  }
}

bool is_module_name(std::string_view name) {
  if (name.empty() || name == "inline") return false;
  for (const char c : name) {
    if (!is_word(c) && c != '-') return false;
  }
  return true;
}

/// " [btrfs]" and " [btrfs 0a1b2c…]"; a module's taint letters "(O)" may follow its name.
void eat_module(std::string_view& text, FrameView& frame) {
  auto rest = text;
  eat_blanks(rest);
  if (!eat(rest, "[")) return;
  const size_t end = rest.find(']');
  if (end == std::string_view::npos) return;
  auto inside = rest.substr(0, end);
  const auto name = eat_while(inside, [](char c) { return c != ' ' && c != '('; });
  if (!is_module_name(name)) return;
  frame.module = name;
  if (eat(inside, "(")) eat_while(inside, [](char c) { return c != ' '; });
  eat_blanks(inside);
  if (inside.size() >= 8 && inside.find_first_not_of("0123456789abcdef") == std::string_view::npos)
    frame.build_id = inside;
  text = rest.substr(end + 1);
}

/// " net/core/dev.c:123" with an optional column, and " [inline]" behind it.
void eat_source(std::string_view& text, FrameView& frame) {
  auto rest = text;
  eat_blanks(rest);
  const bool parenthesis = eat(rest, "(");
  const auto path = eat_while(rest, [](char c) { return c != ':' && c != ' ' && c != ')'; });
  if (path.find('.') == std::string_view::npos || !eat(rest, ":")) return;
  const auto line = to_number<uint32_t>(eat_digits(rest));
  if (!line) return;
  frame.file = path;
  frame.line = *line;
  if (eat(rest, ":")) eat_digits(rest);  // the column
  if (parenthesis) eat(rest, ")");
  text = rest;
  eat_blanks(rest);
  if (eat(rest, kInlineMark.substr(1))) {
    frame.inlined = true;
    text = rest;
  }
}

/// What may stand behind a symbol, in any order that occurs.
void eat_attributes(std::string_view& text, FrameView& frame) {
  eat_module(text, frame);
  eat_source(text, frame);
  eat_module(text, frame);
  eat_blanks(text);
  if (eat(text, "(unreliable)")) frame.reliable = false;
  if (eat(text, kInlineMark.substr(1))) frame.inlined = true;
}

/// arm: "(func) from [<c010b6fc>] (caller+0x1/0x2)", "(func [module]) from …", and since 5.16 "func from
/// caller+0x1/0x2".
bool parse_arm_frame(std::string_view text, FrameView& frame) {
  const bool parenthesis = eat(text, "(");
  const auto name = eat_function(text);
  if (name.empty()) return false;
  eat_offset(text, frame);
  eat_module(text, frame);
  if (parenthesis && !eat(text, ")")) return false;
  eat_blanks(text);
  if (!eat(text, "from ")) return false;
  eat_blanks(text);
  FrameView caller;
  eat_bracketed_address(text, caller);
  eat_blanks(text);
  eat(text, "(");
  frame.caller = eat_function(text);
  eat_offset(text, caller);
  if (!parenthesis && !frame.address && !caller.offset) return false;  // "Booting from ROM..."
  frame.function = name;
  return true;
}

/// A line that is only a symbol must look like one: an offset, or a source position.
bool is_convincing(const FrameView& frame) { return frame.offset.has_value() || !frame.file.empty(); }

}  // namespace

std::optional<FrameView> parse_symbol(std::string_view text) {
  FrameView frame;
  eat_blanks(text);
  if (eat(text, "? ")) frame.reliable = false;
  frame.function = eat_function(text);
  if (frame.function.empty() || (frame.function.front() >= '0' && frame.function.front() <= '9')) return std::nullopt;
  eat_offset(text, frame);
  eat_attributes(text, frame);
  return frame;
}

std::optional<FrameView> parse_frame_line(std::string_view text) {
  eat_blanks(text);
  if (text.size() < 4) return std::nullopt;
  FrameView frame;
  if (eat(text, "(")) {
    if (text.front() != '[') return std::nullopt;  // s390: "([<000000000010a2b2>] show_stack+0x…)"
  }
  const bool addressed = eat_bracketed_address(text, frame);
  eat_blanks(text);
  if (addressed) eat_bracketed_address(text, frame);
  eat_blanks(text);
  if (eat(text, "? ")) {
    frame.reliable = false;
    eat_blanks(text);
  }
  if (!text.empty() && text.front() == '<' && text.find("+0x") == std::string_view::npos) return std::nullopt;  // <IRQ>
  if (FrameView arm = frame; parse_arm_frame(text, arm)) return arm;
  auto rest = text;
  frame.function = eat_function(rest);
  if (frame.function.empty()) return std::nullopt;
  if (frame.function.front() >= '0' && frame.function.front() <= '9') return std::nullopt;
  if (!rest.empty() && rest.front() != '+' && rest.front() != ' ') return std::nullopt;  // "kernel/sched/core.c:12 …"
  eat_offset(rest, frame);
  eat_attributes(rest, frame);
  if (!addressed && !is_convincing(frame)) return std::nullopt;
  if (addressed && !frame.offset && frame.file.empty() && !rest.empty()) return std::nullopt;
  return frame;
}

std::string_view strip_compiler_suffix(std::string_view function) {
  if (function.find(':') != std::string_view::npos || function.find('<') != std::string_view::npos) return function;
  const size_t dot = function.find('.', 1);
  return dot == std::string_view::npos ? function : function.substr(0, dot);
}

}  // namespace ktriage

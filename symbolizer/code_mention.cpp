#include "symbolizer/code_mention.h"

#include <algorithm>
#include <array>

#include "parser/text_cursor.h"

namespace ktriage {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' || c == '$';
}

/// What stands before the function where the line shows the instruction pointer: the instruction itself, not where a
/// call returns to. WARNING and KFENCE lines name the instruction too.
bool names_instruction(std::string_view before) {
  constexpr std::array<std::string_view, 8> kMarks = {
      "RIP: ", "EIP: ", "EIP is at ", "pc : ", "PC is at ", "Krnl PSW :", "epc : ", "NIP ["};
  for (const auto mark : kMarks) {
    const size_t at = before.find(mark);
    if (at != std::string_view::npos && (at == 0 || !is_name_character(before[at - 1]))) return true;
  }
  return before.find("WARNING: ") != std::string_view::npos ||
         before.find("BUG: KFENCE: out-of-bounds") != std::string_view::npos ||
         before.find("BUG: KFENCE: use-after-free") != std::string_view::npos ||
         before.find("BUG: KFENCE: invalid ") != std::string_view::npos;
}

/// Whether `before` can stand in front of the function of a stack frame: blanks, addresses, a question mark, printk's
/// prefix.
bool is_frame_start(std::string_view before) {
  const size_t bracket = before.rfind(']');
  std::string_view rest = bracket == std::string_view::npos ? before : before.substr(bracket + 1);
  if (rest.find("? ") != std::string_view::npos) rest = rest.substr(0, rest.find("? "));
  return std::all_of(rest.begin(), rest.end(), [](char c) { return c == ' ' || c == '\t'; });
}

size_t name_start(std::string_view line, size_t plus) {
  size_t start = plus;
  while (start > 0 && is_name_character(line[start - 1])) --start;
  return start;
}

/// Demangled names hold blanks and brackets: taken by the frame parser, from the line's last bracket or its start.
std::optional<size_t> demangled_start(std::string_view line, size_t plus) {
  if (plus == 0 || (line[plus - 1] != '>' && line.substr(0, plus).find("::") == std::string_view::npos))
    return std::nullopt;
  size_t start = line.rfind(' ', line.rfind("::", plus));
  start = start == std::string_view::npos ? 0 : start + 1;
  return start < plus ? std::optional<size_t>(start) : std::nullopt;
}

}  // namespace

std::vector<CodeMention> find_mentions(std::string_view line) {
  std::vector<CodeMention> found;
  for (size_t plus = line.find("+0x"); plus != std::string_view::npos; plus = line.find("+0x", plus + 3)) {
    size_t start = name_start(line, plus);
    if (start == plus || (start > 0 && line[start - 1] == ':')) {
      // "RIP: 0010:func" is no C++ name.
      if (start == plus || (start > 1 && line[start - 2] == ':')) {
        const auto wider = demangled_start(line, plus);
        if (!wider) continue;
        start = *wider;
      }
    }
    if (!found.empty() && start < found.back().end) continue;  // a name with blanks that reaches too far back
    auto rest = line.substr(start);
    const auto symbol = parse_symbol(rest);
    if (!symbol || !symbol->offset || !symbol->size) continue;
    // A name in angle brackets may hold a plus sign of its own: then it is another "+0x" that ends it.
    if (symbol->function.data() + symbol->function.size() != line.data() + plus) continue;
    CodeMention mention;
    mention.symbol = *symbol;
    mention.start = start;
    // Behind "+0x12/0x34", then perhaps " [module build-id]".
    size_t end = line.find('/', plus);
    end = std::min(line.find_first_not_of("0123456789abcdefABCDEF", end + 3), line.size());
    if (!symbol->module.empty()) {
      const size_t bracket = line.find(']', end);
      end = bracket == std::string_view::npos ? end : bracket + 1;
    }
    mention.end = end;
    if (!symbol->file.empty()) continue;
    const auto before = line.substr(0, start);
    const bool instruction = names_instruction(before);
    mention.kind = instruction ? CodeName::Kind::Exact : CodeName::Kind::Return;
    mention.is_frame = is_frame_start(before) || (instruction && before.find("WARNING: ") == std::string_view::npos &&
                                                  before.find("BUG: ") == std::string_view::npos);
    found.push_back(mention);
  }
  if (found.size() > 1) {
    for (auto& mention : found) mention.is_frame = false;
  }
  return found;
}

std::optional<AddressMention> find_address(std::string_view line) {
  constexpr size_t kLeastDigits = 8;
  const size_t last = line.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return std::nullopt;
  const auto text = line.substr(0, last + 1);
  const size_t bracket = text.rfind("[<");
  const size_t prefixed = text.rfind("0x");
  AddressMention out;
  std::string_view rest;
  if (bracket != std::string_view::npos && text.ends_with(">]")) {
    out.start = bracket;
    rest = text.substr(bracket + 2, text.size() - bracket - 4);
  } else if (prefixed != std::string_view::npos) {
    out.start = prefixed;
    rest = text.substr(prefixed + 2);
    const auto before = text.substr(0, prefixed);
    const bool is_pointer = names_instruction(before);
    if (!is_pointer && !is_frame_start(before)) return std::nullopt;
    if (is_pointer) out.kind = CodeName::Kind::Exact;
  }
  const auto digits = eat_while(rest, is_hex_digit);
  const auto address = to_number<uint64_t>(digits, 16);
  if (digits.size() < kLeastDigits || !rest.empty() || !address) return std::nullopt;
  out.address = *address;
  out.end = text.size();
  return out;
}

}  // namespace ktriage

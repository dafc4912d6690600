#include "symbolizer/disassembler.h"

#include <capstone/capstone.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include "parser/text_cursor.h"
#include "symbolizer/objdump.h"

namespace ktriage {
namespace {

constexpr size_t kMaxBytes = 4096;
constexpr size_t kLongestInstruction = 15;  // of x86

/// A capstone handle.
class Engine {
 public:
  Engine(cs_arch arch, cs_mode mode) : open_(cs_open(arch, mode, &handle_) == CS_ERR_OK) {
    if (open_ && arch == CS_ARCH_X86) cs_option(handle_, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() {
    if (open_) cs_close(&handle_);
  }

  bool is_open() const { return open_; }

  /// The instruction at the front of `bytes`; size 0 if there is none.
  Instruction decode(const uint8_t* bytes, size_t size, uint64_t offset) const {
    cs_insn* found = nullptr;
    Instruction out;
    out.offset = offset;
    if (cs_disasm(handle_, bytes, size, offset, 1, &found) == 1) {
      out.size = found->size;
      out.text = found->mnemonic;
      const std::string operands = found->op_str;
      if (!operands.empty()) out.text += " " + operands;
      cs_free(found, 1);
    }
    return out;
  }

 private:
  csh handle_ = 0;
  bool open_;
};

struct Machine {
  cs_arch arch;
  cs_mode mode;
  size_t step;  // where instructions may begin; 1: anywhere
};

cs_mode with(cs_mode a, cs_mode b) { return static_cast<cs_mode>(static_cast<unsigned>(a) | static_cast<unsigned>(b)); }

std::optional<Machine> machine_of(std::string_view arch, size_t word) {
  if (arch == "x86_64") return Machine{CS_ARCH_X86, CS_MODE_64, 1};
  if (arch == "i386" || arch == "i686") return Machine{CS_ARCH_X86, CS_MODE_32, 1};
  if (arch == "arm64" || arch == "aarch64") return Machine{CS_ARCH_ARM64, CS_MODE_ARM, 4};
  if (arch.starts_with("arm")) {
    return word == 2 ? Machine{CS_ARCH_ARM, CS_MODE_THUMB, 2} : Machine{CS_ARCH_ARM, CS_MODE_ARM, 4};
  }
  if (arch.starts_with("ppc64")) return Machine{CS_ARCH_PPC, with(CS_MODE_64, CS_MODE_BIG_ENDIAN), 4};
  if (arch.starts_with("ppc")) return Machine{CS_ARCH_PPC, with(CS_MODE_32, CS_MODE_BIG_ENDIAN), 4};
  return std::nullopt;
}

/// Instructions that compilers do not put into kernels: a chain with one of them has begun in the middle of another.
bool is_unlikely(std::string_view text) {
  constexpr std::array<std::string_view, 26> kRare = {
      "std",  "stc", "clc", "cmc", "sahf", "lahf", "xlatb", "enter", "loop", "jrcxz", "jecxz", "lret", "lcall",
      "ljmp", "aa",  "da",  "f",   "in ",  "inb",  "inl",   "ins",   "out",  "into",  "les",   "lds",  "arpl"};
  if (text.starts_with("fence") || text.starts_with("inc")) return false;
  if (text.starts_with("int") && !text.starts_with("int3")) return true;
  return std::any_of(kRare.begin(), kRare.end(), [&](std::string_view rare) { return text.starts_with(rare); });
}

std::vector<Instruction> decode_from(const Engine& engine, const MachineCode& code, size_t start, size_t step) {
  std::vector<Instruction> out;
  for (size_t at = start; at < code.bytes.size();) {
    Instruction next = engine.decode(code.bytes.data() + at, code.bytes.size() - at, at);
    if (next.size == 0) {
      // At the end an instruction may be cut off; before it, bytes that are none.
      if (step == 1 && code.bytes.size() - at < kLongestInstruction && (!code.trap_offset || at > *code.trap_offset))
        break;
      next.size = std::min(step, code.bytes.size() - at);
      next.text = "(bad)";
    }
    next.trapping = code.trap_offset == at;
    at += next.size;
    out.push_back(std::move(next));
  }
  return out;
}

/// How unlike a compiler's work the chain from `start` to the trapping instruction is; nothing if it misses that.
std::optional<size_t> chain_cost(const std::vector<Instruction>& chain, size_t start, size_t trap) {
  size_t cost = start;  // each byte that is passed over
  for (const auto& instruction : chain) {
    if (instruction.offset == trap) return cost;
    if (instruction.offset > trap) return std::nullopt;
    if (instruction.text == "(bad)") {
      cost += 30;
    } else if (is_unlikely(instruction.text)) {
      cost += 12;
    } else if (instruction.text.starts_with("dec") || instruction.text.starts_with("addb %al, (%rax)")) {
      cost += 3;  // what ff, the end of a short displacement, and zeros come to
    }
  }
  return std::nullopt;
}

std::vector<Instruction> disassemble_x86(const Engine& engine, const MachineCode& code, const Boundaries& known) {
  if (!code.trap_offset) return decode_from(engine, code, 0, 1);
  const size_t trap = *code.trap_offset;
  if (known.function_offset && *known.function_offset <= trap) {
    // Before the function's first byte stands another function's end: padding, and no telling where that began.
    const size_t start = trap - *known.function_offset;
    auto chain = decode_from(engine, code, start, 1);
    if (chain_cost(chain, 0, trap)) return chain;
  }
  std::vector<Instruction> best;
  size_t best_cost = ~size_t{0};
  for (size_t start = 0; start <= std::min(trap, kLongestInstruction); ++start) {
    auto chain = decode_from(engine, code, start, 1);
    const auto cost = chain_cost(chain, start, trap);
    if (!cost || *cost >= best_cost) continue;
    best_cost = *cost;
    best = std::move(chain);
  }
  return best.empty() ? decode_from(engine, code, trap, 1) : best;
}

}  // namespace

std::optional<MachineCode> parse_machine_code(std::string_view text, bool big_endian,
                                              std::optional<size_t> trap_offset) {
  MachineCode code;
  code.big_endian = big_endian;
  code.trap_offset = trap_offset;
  size_t digits_per_word = 0;
  while (true) {
    eat_blanks(text);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
    if (text.empty()) break;
    const char open = text.front();
    const bool marked = open == '<' || open == '(';
    if (marked) text.remove_prefix(1);
    const auto digits = eat_while(text, is_hex_digit);
    if (marked && !eat(text, open == '<' ? ">" : ")")) return std::nullopt;
    if (digits.size() != 2 && digits.size() != 4 && digits.size() != 8) return std::nullopt;
    if (digits_per_word == 0) digits_per_word = digits.size();
    if (digits.size() < digits_per_word && digits.size() == 2) return std::nullopt;
    if (!text.empty() && text.front() != ' ') return std::nullopt;
    if (marked) code.trap_offset = code.bytes.size();
    const uint64_t value = *to_number<uint64_t>(digits, 16);
    const size_t size = digits.size() / 2;
    for (size_t i = 0; i < size; ++i) {
      const size_t shift = 8 * (big_endian ? size - 1 - i : i);
      code.bytes.push_back(static_cast<uint8_t>(value >> shift & 0xff));
    }
    if (code.bytes.size() > kMaxBytes) return std::nullopt;
  }
  if (code.bytes.empty()) return std::nullopt;
  code.word = digits_per_word / 2;
  return code;
}

std::vector<Instruction> disassemble(const MachineCode& code, std::string_view arch, const Boundaries& known) {
  if (needs_objdump(arch)) return disassemble_by_objdump(code, arch, known);
  const auto machine = machine_of(arch, code.word);
  if (!machine) return {};
  const Engine engine(machine->arch, machine->mode);
  if (!engine.is_open()) return {};
  return machine->step == 1 ? disassemble_x86(engine, code, known) : decode_from(engine, code, 0, machine->step);
}

namespace {

/// Byte by byte on x86, word by word elsewhere.
std::string printed_bytes(const MachineCode& code, const Instruction& instruction) {
  std::string out;
  for (size_t at = 0; at < instruction.size; at += code.word) {
    for (size_t i = 0; i < code.word && at + i < instruction.size; ++i) {
      const size_t in_word = code.big_endian ? i : code.word - 1 - i;
      std::array<char, 4> byte{};
      std::snprintf(byte.data(), byte.size(), "%02x",
                    code.bytes[std::min(instruction.offset + at + in_word, code.bytes.size() - 1)]);
      out += byte.data();
    }
    out += ' ';
  }
  return out;
}

}  // namespace

std::vector<std::string> format_instructions(const MachineCode& code, const std::vector<Instruction>& instructions) {
  std::vector<std::string> lines;
  for (const auto& instruction : instructions) {
    std::array<char, 16> number{};
    std::snprintf(number.data(), number.size(), "%c%3zx:\t", instruction.trapping ? '*' : ' ', instruction.offset);
    std::string bytes = printed_bytes(code, instruction);
    const size_t width = code.word == 1 ? 21 : 9;
    if (bytes.size() < width) bytes.resize(width, ' ');
    lines.push_back(number.data() + bytes + "\t" + instruction.text +
                    (instruction.trapping ? " <-- trapping instruction" : ""));
  }
  return lines;
}

bool has_big_endian_code(std::string_view arch) { return arch.starts_with("ppc") || arch == "s390x"; }

std::vector<std::string> disassembly_of(const CrashReport& report) {
  if (report.code.bytes.empty() || !report.code.trap_offset) return {};
  const Frame* fault = nullptr;
  for (const auto& stack : report.stacks) {
    for (const auto& frame : stack.frames) {
      if (frame.at_fault && frame.offset && fault == nullptr) fault = &frame;
    }
  }
  if (fault == nullptr) return {};  // user space, which is none of our business
  const auto& arch = report.kernel.arch;
  const auto code = parse_machine_code(report.code.bytes, has_big_endian_code(arch), report.code.trap_offset);
  if (!code) return {};
  return format_instructions(*code, disassemble(*code, arch, {fault->offset}));
}

}  // namespace ktriage

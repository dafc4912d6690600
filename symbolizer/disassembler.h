#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"

namespace ktriage {

/// Machine code as a `Code:` line shows it.
struct MachineCode {
  std::vector<uint8_t> bytes;         ///< as they stand in memory of a little-endian machine, big-endian for powerpc
  std::optional<size_t> trap_offset;  ///< of the marked instruction
  size_t word = 1;                    ///< bytes per printed word: 1 on x86, 2 or 4 elsewhere
  bool big_endian = false;            ///< how `bytes` holds words
};

/// Reads "48 89 <0f> 0b", "d5384100 (f9400000)", "9a000012 e2853020"; with the mark, or with `trap_offset` where it was
/// taken off. Nothing if it is anything else. `big_endian`: how words stand in memory.
std::optional<MachineCode> parse_machine_code(std::string_view text, bool big_endian,
                                              std::optional<size_t> trap_offset = std::nullopt);

struct Instruction {
  size_t offset = 0;  ///< in the bytes
  size_t size = 0;
  std::string text;  ///< AT&T syntax on x86; "(bad)" where bytes are none
  bool trapping = false;
};

/// What is known about where instructions begin.
struct Boundaries {
  /// How far into its function the trapping instruction stands: the function begins that many bytes before it.
  std::optional<uint64_t> function_offset;
};

/// The machine's instructions, as capstone knows them, or for riscv the machine's objdump, run as a program; `arch` as
/// `uname -m` says ("x86_64", "i686", "arm", "arm64", "aarch64", "ppc64le", "riscv64" …). Where instructions have no
/// fixed length, decoding starts where the chain meets the trapping instruction and, on x86, looks least like chance.
/// Empty if none of them knows the machine or the program is not there.
std::vector<Instruction> disassemble(const MachineCode& code, std::string_view arch, const Boundaries& known);

/// One line per instruction, as objdump prints them: "  2a:\t48 f7 f5             \tdivq %rbp"; the trapping one starts
/// with '*' and is marked.
std::vector<std::string> format_instructions(const MachineCode& code, const std::vector<Instruction>& instructions);

/// Whether words of this machine's `Code:` lines are big-endian in memory.
bool has_big_endian_code(std::string_view arch);

/// format_instructions() of the report's code; empty if that is not the kernel's, or the machine is not known.
std::vector<std::string> disassembly_of(const CrashReport& report);

}  // namespace ktriage

#pragma once

#include <string_view>
#include <vector>

#include "symbolizer/disassembler.h"

namespace ktriage {

/// Whether objdump, run as a program, is what disassembles this machine's code: capstone 4 does not know it.
bool needs_objdump(std::string_view arch);

/// The instructions of `code` as the machine's objdump (binutils) knows them. Empty if there is no such program.
std::vector<Instruction> disassemble_by_objdump(const MachineCode& code, std::string_view arch,
                                                const Boundaries& known);

}  // namespace ktriage

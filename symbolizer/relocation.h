#pragma once

#include <cstddef>
#include <string>

namespace ktriage {

class ElfFile;

/// Applies the relocations of section number `index` of a relocatable file to `bytes`, a copy of it, for the addresses
/// that ElfFile gave to the sections. Kinds that debug information does not use, and places beyond its end, are passed
/// over. x86, arm, arm64, riscv, powerpc, s390, mips, loongarch (the ABI supplements of each).
void relocate_section(const ElfFile& file, size_t index, std::string& bytes);

}  // namespace ktriage

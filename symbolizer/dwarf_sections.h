#pragma once

#include <string_view>

#include "rules/result.h"
#include "symbolizer/byte_reader.h"
#include "symbolizer/elf_file.h"

namespace ktriage {

/// The parts of a file's DWARF (dwarfstd.org, versions 2 to 5) that say where code comes from. Missing ones are empty.
struct DwarfSections {
  std::string_view info, abbrev, line, str, line_str, ranges, rnglists, addr, str_offsets, aranges;
  ByteReader::Order order = ByteReader::Order::Little;

  ByteReader reader(std::string_view section, uint64_t position = 0) const { return {section, order, position}; }
};

/// An error if a section is there but cannot be read.
Result<DwarfSections> dwarf_sections(const ElfFile& file);

}  // namespace ktriage

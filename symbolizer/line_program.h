#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/dwarf_unit.h"

namespace ktriage {

/// From this address on, up to the next row's, code comes from this line.
struct LineRow {
  uint64_t address = 0;
  uint32_t file = 0;  ///< index as the unit's attributes use it too
  uint32_t line = 0;  ///< 0: from no line in particular
  bool end = false;   ///< the sequence is over: from here on nothing is known
};

/// The line table of one unit (.debug_line, versions 2 to 5), run once.
class LineProgram {
 public:
  /// Runs the program at `offset`. Damage ends it; rows before that stay.
  static LineProgram run(const DwarfSections& sections, uint64_t offset, const DwarfUnit& unit);

  /// Sequence by sequence, as the program gave them; within a sequence by address.
  const std::vector<LineRow>& rows() const { return rows_; }
  /// The file's path, joined with its directories but not tidied; empty if there is no such file.
  std::string path(uint32_t file) const;

 private:
  struct File {
    std::string_view name;
    uint64_t directory = 0;
  };
  struct Header {
    uint64_t end = 0;
    uint64_t program = 0;
    uint8_t minimum_instruction = 1;
    int8_t line_base = 0;
    uint8_t line_range = 1;
    uint8_t opcode_base = 1;
    std::vector<uint8_t> operand_counts;
  };

  std::optional<Header> read_header(const DwarfSections& sections, uint64_t offset, const DwarfUnit& unit);
  bool read_tables(ByteReader& reader, uint8_t offset_size, const DwarfSections& sections, const DwarfUnit& unit);
  void read_old_tables(ByteReader& reader, const DwarfUnit& unit);
  void execute(ByteReader reader, const Header& header, const DwarfUnit& unit);

  uint16_t version_ = 0;
  std::string_view unit_directory_;
  std::vector<std::string_view> directories_;
  std::vector<File> files_;
  std::vector<LineRow> rows_;
};

}  // namespace ktriage

#include "symbolizer/line_program.h"

#include <dwarf.h>

#include "symbolizer/dwarf_entry.h"

namespace ktriage {
namespace {

/// The width of offsets is the line table's own here, which need not be the unit's: assemblers write 32-bit line tables
/// for 64-bit units.
DwarfValue read_table_value(ByteReader& reader, const Abbreviation::Attribute& attribute, uint8_t offset_size,
                            const DwarfUnit& unit, const DwarfSections& sections) {
  if (attribute.form != DW_FORM_strp && attribute.form != DW_FORM_line_strp) {
    return read_value(reader, attribute, unit, sections);
  }
  const uint64_t offset = reader.number(offset_size);
  const auto texts = attribute.form == DW_FORM_strp ? sections.str : sections.line_str;
  return {DwarfValue::Kind::Text, offset, sections.reader(texts, offset).text()};
}

}  // namespace

LineProgram LineProgram::run(const DwarfSections& sections, uint64_t offset, const DwarfUnit& unit) {
  LineProgram program;
  program.unit_directory_ = unit.directory();
  const auto header = program.read_header(sections, offset, unit);
  if (!header) return program;
  program.execute(sections.reader(sections.line.substr(0, header->end), header->program), *header, unit);
  return program;
}

std::optional<LineProgram::Header> LineProgram::read_header(const DwarfSections& sections, uint64_t offset,
                                                            const DwarfUnit& unit) {
  ByteReader reader = sections.reader(sections.line, offset);
  uint64_t length = reader.u32();
  const uint8_t offset_size = length == 0xffffffff ? 8 : 4;
  if (offset_size == 8) length = reader.u64();
  if (reader.failed() || length > reader.left()) return std::nullopt;
  Header header;
  header.end = reader.position() + length;
  version_ = reader.u16();
  if (version_ < 2 || version_ > 5) return std::nullopt;
  if (version_ >= 5) reader.skip(2);  // sizes of addresses and segment selectors
  const uint64_t header_length = reader.number(offset_size);
  header.program = reader.position() + header_length;
  header.minimum_instruction = reader.u8();
  if (version_ >= 4) reader.skip(1);  // operations per instruction: no kernel's machine has more than one
  reader.skip(1);                     // default of is_stmt: every row counts
  header.line_base = static_cast<int8_t>(reader.u8());
  header.line_range = reader.u8();
  header.opcode_base = reader.u8();
  if (reader.failed() || header.line_range == 0 || header.opcode_base == 0) return std::nullopt;
  header.operand_counts.push_back(0);
  for (unsigned i = 1; i < header.opcode_base; ++i) header.operand_counts.push_back(reader.u8());
  if (version_ >= 5) {
    if (!read_tables(reader, offset_size, sections, unit)) return std::nullopt;
  } else {
    read_old_tables(reader, unit);
  }
  if (header.program > header.end) return std::nullopt;
  return header;
}

void LineProgram::read_old_tables(ByteReader& reader, const DwarfUnit& unit) {
  directories_.push_back(unit.directory());
  while (true) {
    const auto directory = reader.text();
    if (directory.empty()) break;
    directories_.push_back(directory);
  }
  files_.push_back({unit.name(), 0});  // files count from 1
  while (true) {
    File file;
    file.name = reader.text();
    if (file.name.empty()) break;
    file.directory = reader.uleb();
    reader.skip_leb();  // time
    reader.skip_leb();  // length
    files_.push_back(file);
  }
}

/// Version 5: first what each entry is made of, then the entries; for directories, then for files.
bool LineProgram::read_tables(ByteReader& reader, uint8_t offset_size, const DwarfSections& sections,
                              const DwarfUnit& unit) {
  for (const bool directories : {true, false}) {
    std::vector<Abbreviation::Attribute> format;
    for (unsigned i = reader.u8(); i > 0; --i) {
      Abbreviation::Attribute attribute;
      attribute.name = static_cast<uint16_t>(reader.uleb());
      attribute.form = static_cast<uint16_t>(reader.uleb());
      format.push_back(attribute);
    }
    const uint64_t count = reader.uleb();
    if (reader.failed() || (format.empty() && count > 0)) return false;
    for (uint64_t i = 0; i < count; ++i) {
      File file;
      for (const auto& attribute : format) {
        const DwarfValue value = read_table_value(reader, attribute, offset_size, unit, sections);
        if (attribute.name == DW_LNCT_path) file.name = value.text;
        if (attribute.name == DW_LNCT_directory_index) file.directory = value.number;
      }
      if (reader.failed() || reader.at_end()) return false;
      if (directories) {
        directories_.push_back(file.name);
      } else {
        files_.push_back(file);
      }
    }
  }
  return true;
}

void LineProgram::execute(ByteReader reader, const Header& header, const DwarfUnit& unit) {
  LineRow row;
  const auto reset = [&] {
    row = {};
    row.file = 1;
    row.line = 1;
  };
  const auto advance = [&](uint64_t instructions) { row.address += instructions * header.minimum_instruction; };
  const auto advance_line = [&](int64_t lines) { row.line = static_cast<uint32_t>(row.line + lines); };
  reset();
  rows_.reserve(reader.left() / 3);
  while (!reader.at_end()) {
    const uint8_t opcode = reader.u8();
    if (opcode >= header.opcode_base) {
      const unsigned special = opcode - header.opcode_base;
      advance(special / header.line_range);
      advance_line(header.line_base + static_cast<int>(special % header.line_range));
      rows_.push_back(row);
      continue;
    }
    switch (opcode) {
      case 0: {  // extended: length, then the operation
        const uint64_t length = reader.uleb();
        if (length > reader.left()) return;
        const uint64_t next = reader.position() + length;
        const uint8_t operation = length > 0 ? reader.u8() : 0;
        if (operation == DW_LNE_end_sequence) {
          row.end = true;
          rows_.push_back(row);
          reset();
        } else if (operation == DW_LNE_set_address) {
          row.address = reader.number(length - 1 == 4 || length - 1 == 8 ? length - 1 : unit.address_size());
        } else if (operation == DW_LNE_define_file) {
          File file;
          file.name = reader.text();
          file.directory = reader.uleb();
          files_.push_back(file);
        }
        reader.seek(next);
        break;
      }
      case DW_LNS_copy:
        rows_.push_back(row);
        break;
      case DW_LNS_advance_pc:
        advance(reader.uleb());
        break;
      case DW_LNS_advance_line:
        advance_line(reader.sleb());
        break;
      case DW_LNS_set_file:
        row.file = static_cast<uint32_t>(reader.uleb());
        break;
      case DW_LNS_const_add_pc:
        advance((255U - header.opcode_base) / header.line_range);
        break;
      case DW_LNS_fixed_advance_pc:
        row.address += reader.u16();
        break;
      default:  // columns, views and what is yet to be invented
        for (unsigned i = 0; i < header.operand_counts[opcode]; ++i) reader.skip_leb();
        break;
    }
  }
}

std::string LineProgram::path(uint32_t index) const {
  if (index >= files_.size() || files_[index].name.empty()) return {};
  const File& file = files_[index];
  std::string out(file.name);
  const auto prepend = [&](std::string_view directory) {
    if (!out.starts_with('/') && !directory.empty()) out = std::string(directory) + "/" + out;
  };
  if (file.directory < directories_.size()) prepend(directories_[file.directory]);
  // Directory 0 is the unit's own; all others may be relative to it.
  if (file.directory != 0) prepend(directories_.empty() ? unit_directory_ : directories_[0]);
  return out;
}

}  // namespace ktriage

#include "symbolizer/dwarf_unit.h"

#include <dwarf.h>

#include "symbolizer/dwarf_entry.h"

namespace ktriage {
namespace {

// Compilers number abbreviations from 1 without gaps; a larger code is damage.
constexpr uint64_t kMaxCode = 1 << 20;

}  // namespace

std::optional<DwarfUnit> DwarfUnit::read_header(const DwarfSections& sections, uint64_t offset) {
  ByteReader reader = sections.reader(sections.info, offset);
  DwarfUnit unit;
  unit.offset_ = offset;
  uint64_t length = reader.u32();
  if (length == 0xffffffff) {
    length = reader.u64();
    unit.offset_size_ = 8;
  }
  if (reader.failed() || length > reader.left()) return std::nullopt;
  unit.end_ = reader.position() + length;
  unit.version_ = reader.u16();
  uint8_t type = DW_UT_compile;
  if (unit.version_ >= 5) {
    type = reader.u8();
    unit.address_size_ = reader.u8();
    unit.abbreviations_offset_ = reader.number(unit.offset_size_);
  } else {
    unit.abbreviations_offset_ = reader.number(unit.offset_size_);
    unit.address_size_ = reader.u8();
  }
  if (type == DW_UT_skeleton || type == DW_UT_split_compile) reader.skip(8);
  if (type == DW_UT_type || type == DW_UT_split_type) reader.skip(8U + unit.offset_size_);
  unit.first_entry_ = reader.position();
  if (reader.failed() || unit.first_entry_ > unit.end_ || unit.version_ < 2 || unit.version_ > 5) return std::nullopt;
  if (unit.address_size_ != 4 && unit.address_size_ != 8) return std::nullopt;
  return unit;
}

bool DwarfUnit::load(const DwarfSections& sections) {
  return read_abbreviations(sections) && read_first_entry(sections);
}

bool DwarfUnit::read_abbreviations(const DwarfSections& sections) {
  ByteReader reader = sections.reader(sections.abbrev, abbreviations_offset_);
  while (true) {
    const uint64_t code = reader.uleb();
    if (code == 0) break;
    if (code > kMaxCode) return false;
    Abbreviation row;
    row.tag = static_cast<uint16_t>(reader.uleb());
    row.has_children = reader.u8() != 0;
    row.first = static_cast<uint32_t>(attributes_.size());
    row.is_fixed = true;
    while (true) {
      Abbreviation::Attribute attribute;
      attribute.name = static_cast<uint16_t>(reader.uleb());
      attribute.form = static_cast<uint16_t>(reader.uleb());
      if (attribute.form == DW_FORM_implicit_const) attribute.implicit_const = reader.sleb();
      if (reader.failed()) return false;
      if (attribute.name == 0 && attribute.form == 0) break;
      if (attribute.name == DW_AT_sibling) row.has_sibling = true;
      const auto size = ktriage::fixed_size(attribute.form, *this);
      row.is_fixed = row.is_fixed && size.has_value();
      row.fixed_size += size.value_or(0);
      attributes_.push_back(attribute);
    }
    row.count = static_cast<uint32_t>(attributes_.size()) - row.first;
    if (code >= abbreviations_.size()) abbreviations_.resize(code + 1);
    abbreviations_[code] = row;
  }
  return !reader.failed();
}

bool DwarfUnit::read_first_entry(const DwarfSections& sections) {
  ByteReader reader = sections.reader(sections.info.substr(0, end_), first_entry_);
  const Abbreviation* row = abbreviation(reader.uleb());
  if (row == nullptr) return false;
  tag_ = row->tag;
  // Bases first: other attributes may be indices that count from them.
  for (const bool bases : {true, false}) {
    ByteReader pass = reader;
    for (uint32_t i = 0; i < row->count; ++i) {
      const auto& attribute = this->attribute(*row, i);
      const bool is_base = attribute.name == DW_AT_addr_base || attribute.name == DW_AT_str_offsets_base ||
                           attribute.name == DW_AT_rnglists_base;
      if (is_base != bases) {
        skip_value(pass, attribute.form, *this);
        continue;
      }
      const DwarfValue value = read_value(pass, attribute, *this, sections);
      switch (attribute.name) {
        case DW_AT_addr_base:
          address_base_ = value.number;
          break;
        case DW_AT_str_offsets_base:
          string_offsets_base_ = value.number;
          break;
        case DW_AT_rnglists_base:
          range_lists_base_ = value.number;
          break;
        case DW_AT_name:
          name_ = value.text;
          break;
        case DW_AT_comp_dir:
          directory_ = value.text;
          break;
        case DW_AT_language:
          language_ = static_cast<uint16_t>(value.number);
          break;
        case DW_AT_stmt_list:
          line_offset_ = value.number;
          break;
        case DW_AT_low_pc:
          low_ = value.number;
          break;
        case DW_AT_high_pc:
          high_ = value.kind == DwarfValue::Kind::Address ? value.number : low_ + value.number;
          break;
        case DW_AT_ranges:
          ranges_offset_ = value.number;
          break;
        default:
          break;
      }
    }
    if (pass.failed()) return false;
  }
  return true;
}

bool DwarfUnit::is_c() const {
  constexpr uint16_t kC17 = 0x2c;
  constexpr uint16_t kC23 = 0x3e;
  switch (language_) {
    case DW_LANG_C89:
    case DW_LANG_C:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case kC17:
    case kC23:
    case DW_LANG_Mips_Assembler:
      return true;
    default:
      return false;
  }
}

std::vector<AddressRange> DwarfUnit::ranges(const DwarfSections& sections) const {
  std::vector<AddressRange> out;
  DwarfEntry entry;
  entry.low = low_;
  entry.high = high_;
  entry.ranges = ranges_offset_;
  append_ranges(entry, *this, sections, out);
  return out;
}

}  // namespace ktriage

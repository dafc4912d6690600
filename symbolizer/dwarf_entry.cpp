#include "symbolizer/dwarf_entry.h"

#include <dwarf.h>

namespace ktriage {
namespace {

using Kind = DwarfValue::Kind;

constexpr uint16_t kGnuRefAlt = 0x1f20;
constexpr uint16_t kGnuStrpAlt = 0x1f21;

std::string_view text_at(const DwarfSections& sections, std::string_view section, uint64_t offset) {
  return sections.reader(section, offset).text();
}

std::string_view indexed_text(uint64_t index, const DwarfUnit& unit, const DwarfSections& sections) {
  if (index > sections.str_offsets.size()) return {};
  ByteReader offsets = sections.reader(sections.str_offsets, unit.string_offsets_base() + index * unit.offset_size());
  const uint64_t offset = offsets.number(unit.offset_size());
  return offsets.failed() ? std::string_view() : text_at(sections, sections.str, offset);
}

std::optional<uint64_t> indexed_address(uint64_t index, const DwarfUnit& unit, const DwarfSections& sections) {
  if (index > sections.addr.size()) return std::nullopt;
  ByteReader addresses = sections.reader(sections.addr, unit.address_base() + index * unit.address_size());
  const uint64_t address = addresses.number(unit.address_size());
  if (addresses.failed()) return std::nullopt;
  return address;
}

uint64_t indexed_range_list(uint64_t index, const DwarfUnit& unit, const DwarfSections& sections) {
  if (index > sections.rnglists.size()) return ~uint64_t{0};
  ByteReader offsets = sections.reader(sections.rnglists, unit.range_lists_base() + index * unit.offset_size());
  const uint64_t offset = offsets.number(unit.offset_size());
  return offsets.failed() ? ~uint64_t{0} : unit.range_lists_base() + offset;
}

/// A value whose size `size` is known, as a plain number.
DwarfValue plain(ByteReader& reader, Kind kind, size_t size) { return {kind, reader.number(size), {}}; }

/// Forms that stand for indices into tables of their own: the index.
std::optional<uint64_t> index_of(ByteReader& reader, uint16_t form) {
  switch (form) {
    case DW_FORM_strx1:
    case DW_FORM_addrx1:
      return reader.number(1);
    case DW_FORM_strx2:
    case DW_FORM_addrx2:
      return reader.number(2);
    case DW_FORM_strx3:
    case DW_FORM_addrx3:
      return reader.number(3);
    case DW_FORM_strx4:
    case DW_FORM_addrx4:
      return reader.number(4);
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_rnglistx:
    case DW_FORM_loclistx:
      return reader.uleb();
    default:
      return std::nullopt;
  }
}

DwarfValue resolve_index(uint16_t form, uint64_t index, const DwarfUnit& unit, const DwarfSections& sections) {
  switch (form) {
    case DW_FORM_strx:
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
      return {Kind::Text, 0, indexed_text(index, unit, sections)};
    case DW_FORM_rnglistx:
      return {Kind::Number, indexed_range_list(index, unit, sections), {}};
    case DW_FORM_loclistx:
      return {Kind::Number, index, {}};
    default:
      break;
  }
  const auto address = indexed_address(index, unit, sections);
  if (!address) return {};
  return {Kind::Address, *address, {}};
}

DwarfValue read_text(ByteReader& reader, uint16_t form, const DwarfUnit& unit, const DwarfSections& sections) {
  if (form == DW_FORM_string) return {Kind::Text, 0, reader.text()};
  const uint64_t offset = reader.number(unit.offset_size());
  if (form == DW_FORM_strp) return {Kind::Text, 0, text_at(sections, sections.str, offset)};
  if (form == DW_FORM_line_strp) return {Kind::Text, 0, text_at(sections, sections.line_str, offset)};
  return {};  // in a supplementary file (dwz), which kernels do not have
}

}  // namespace

std::optional<uint32_t> fixed_size(uint16_t form, const DwarfUnit& unit) {
  switch (form) {
    case DW_FORM_flag_present:
    case DW_FORM_implicit_const:
      return 0;
    case DW_FORM_data1:
    case DW_FORM_ref1:
    case DW_FORM_flag:
    case DW_FORM_strx1:
    case DW_FORM_addrx1:
      return 1;
    case DW_FORM_data2:
    case DW_FORM_ref2:
    case DW_FORM_strx2:
    case DW_FORM_addrx2:
      return 2;
    case DW_FORM_strx3:
    case DW_FORM_addrx3:
      return 3;
    case DW_FORM_data4:
    case DW_FORM_ref4:
    case DW_FORM_strx4:
    case DW_FORM_addrx4:
    case DW_FORM_ref_sup4:
      return 4;
    case DW_FORM_data8:
    case DW_FORM_ref8:
    case DW_FORM_ref_sig8:
    case DW_FORM_ref_sup8:
      return 8;
    case DW_FORM_data16:
      return 16;
    case DW_FORM_addr:
      return unit.address_size();
    case DW_FORM_ref_addr:
      return unit.version() <= 2 ? unit.address_size() : unit.offset_size();
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case DW_FORM_sec_offset:
    case kGnuRefAlt:
    case kGnuStrpAlt:
      return unit.offset_size();
    default:
      return std::nullopt;
  }
}

void skip_value(ByteReader& reader, uint16_t form, const DwarfUnit& unit) {
  if (const auto size = fixed_size(form, unit)) return reader.skip(*size);
  switch (form) {
    case DW_FORM_sdata:
    case DW_FORM_udata:
    case DW_FORM_ref_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_rnglistx:
    case DW_FORM_loclistx:
      return reader.skip_leb();
    case DW_FORM_string:
      reader.text();
      return;
    case DW_FORM_block1:
      return reader.skip(reader.u8());
    case DW_FORM_block2:
      return reader.skip(reader.u16());
    case DW_FORM_block4:
      return reader.skip(reader.u32());
    case DW_FORM_block:
    case DW_FORM_exprloc:
      return reader.skip(reader.uleb());
    case DW_FORM_indirect: {
      const uint64_t inner = reader.uleb();
      if (inner == DW_FORM_indirect) return reader.fail();
      return skip_value(reader, static_cast<uint16_t>(inner), unit);
    }
    default:
      return reader.fail();  // of unknown length: nothing behind it can be read
  }
}

DwarfValue read_value(ByteReader& reader, const Abbreviation::Attribute& attribute, const DwarfUnit& unit,
                      const DwarfSections& sections) {
  const uint16_t form = attribute.form;
  if (const auto index = index_of(reader, form)) return resolve_index(form, *index, unit, sections);
  switch (form) {
    case DW_FORM_addr:
      return plain(reader, Kind::Address, unit.address_size());
    case DW_FORM_data1:
    case DW_FORM_flag:
      return plain(reader, Kind::Number, 1);
    case DW_FORM_data2:
      return plain(reader, Kind::Number, 2);
    case DW_FORM_data4:
      return plain(reader, Kind::Number, 4);
    case DW_FORM_data8:
      return plain(reader, Kind::Number, 8);
    case DW_FORM_udata:
      return {Kind::Number, reader.uleb(), {}};
    case DW_FORM_sdata:
      return {Kind::Number, static_cast<uint64_t>(reader.sleb()), {}};
    case DW_FORM_implicit_const:
      return {Kind::Number, static_cast<uint64_t>(attribute.implicit_const), {}};
    case DW_FORM_flag_present:
      return {Kind::Number, 1, {}};
    case DW_FORM_sec_offset:
      return plain(reader, Kind::Number, unit.offset_size());
    case DW_FORM_ref_addr:
      return plain(reader, Kind::Reference, *fixed_size(form, unit));
    case DW_FORM_ref1:
    case DW_FORM_ref2:
    case DW_FORM_ref4:
    case DW_FORM_ref8:
      return {Kind::Reference, unit.offset() + reader.number(*fixed_size(form, unit)), {}};
    case DW_FORM_ref_udata:
      return {Kind::Reference, unit.offset() + reader.uleb(), {}};
    case DW_FORM_string:
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case kGnuStrpAlt:
      return read_text(reader, form, unit, sections);
    default:
      skip_value(reader, form, unit);
      return {};
  }
}

DwarfEntry read_entry(ByteReader& reader, const Abbreviation& abbreviation, const DwarfUnit& unit,
                      const DwarfSections& sections) {
  DwarfEntry entry;
  entry.abbreviation = &abbreviation;
  std::optional<uint64_t> length;
  for (uint32_t i = 0; i < abbreviation.count; ++i) {
    const auto& attribute = unit.attribute(abbreviation, i);
    switch (attribute.name) {
      case DW_AT_low_pc:
      case DW_AT_high_pc:
      case DW_AT_ranges:
      case DW_AT_name:
      case DW_AT_linkage_name:
      case DW_AT_MIPS_linkage_name:
      case DW_AT_abstract_origin:
      case DW_AT_specification:
      case DW_AT_call_file:
      case DW_AT_call_line:
      case DW_AT_sibling:
        break;
      default:
        skip_value(reader, attribute.form, unit);
        continue;
    }
    const DwarfValue value = read_value(reader, attribute, unit, sections);
    if (value.kind == Kind::None) continue;
    switch (attribute.name) {
      case DW_AT_low_pc:
        entry.low = value.number;
        break;
      case DW_AT_high_pc:
        (value.kind == Kind::Address ? entry.high : length) = value.number;
        break;
      case DW_AT_ranges:
        entry.ranges = value.number;
        break;
      case DW_AT_name:
        entry.name = value.text;
        break;
      case DW_AT_linkage_name:
      case DW_AT_MIPS_linkage_name:
        entry.linkage_name = value.text;
        break;
      case DW_AT_abstract_origin:
        entry.origin = value.number;
        break;
      case DW_AT_specification:
        if (!entry.origin) entry.origin = value.number;
        break;
      case DW_AT_call_file:
        entry.call_file = static_cast<uint32_t>(value.number);
        break;
      case DW_AT_call_line:
        entry.call_line = static_cast<uint32_t>(value.number);
        break;
      default:
        entry.sibling = value.number;
        break;
    }
  }
  if (entry.low && length) entry.high = *entry.low + *length;
  return entry;
}

void append_ranges(const DwarfEntry& entry, const DwarfUnit& unit, const DwarfSections& sections,
                   std::vector<AddressRange>& out) {
  if (entry.ranges) return append_range_list(*entry.ranges, unit, sections, out);
  if (entry.low && entry.high && *entry.high > *entry.low) out.push_back({*entry.low, *entry.high});
}

namespace {

/// .debug_ranges, before version 5: pairs, ended by two zeros; a pair that starts with all ones sets the base.
void append_old_list(uint64_t offset, const DwarfUnit& unit, const DwarfSections& sections,
                     std::vector<AddressRange>& out) {
  ByteReader reader = sections.reader(sections.ranges, offset);
  const uint64_t all_ones = unit.address_size() == 4 ? 0xffffffff : ~uint64_t{0};
  uint64_t base = unit.low();
  while (!reader.at_end()) {
    const uint64_t low = reader.number(unit.address_size());
    const uint64_t high = reader.number(unit.address_size());
    if (reader.failed() || (low == 0 && high == 0)) return;
    if (low == all_ones) {
      base = high;
    } else if (high > low) {
      out.push_back({base + low, base + high});
    }
  }
}

}  // namespace

void append_range_list(uint64_t offset, const DwarfUnit& unit, const DwarfSections& sections,
                       std::vector<AddressRange>& out) {
  if (unit.version() < 5) return append_old_list(offset, unit, sections, out);
  ByteReader reader = sections.reader(sections.rnglists, offset);
  uint64_t base = unit.low();
  const auto address_at = [&](uint64_t index) { return indexed_address(index, unit, sections).value_or(0); };
  while (!reader.at_end()) {
    const uint8_t kind = reader.u8();
    uint64_t low = 0;
    uint64_t high = 0;
    switch (kind) {
      case DW_RLE_base_addressx:
        base = address_at(reader.uleb());
        continue;
      case DW_RLE_base_address:
        base = reader.number(unit.address_size());
        continue;
      case DW_RLE_startx_endx:
        low = address_at(reader.uleb());
        high = address_at(reader.uleb());
        break;
      case DW_RLE_startx_length:
        low = address_at(reader.uleb());
        high = low + reader.uleb();
        break;
      case DW_RLE_offset_pair:
        low = base + reader.uleb();
        high = base + reader.uleb();
        break;
      case DW_RLE_start_end:
        low = reader.number(unit.address_size());
        high = reader.number(unit.address_size());
        break;
      case DW_RLE_start_length:
        low = reader.number(unit.address_size());
        high = low + reader.uleb();
        break;
      default:
        return;  // DW_RLE_end_of_list, or damage
    }
    if (reader.failed()) return;
    if (high > low) out.push_back({low, high});
  }
}

}  // namespace ktriage

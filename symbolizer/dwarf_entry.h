#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "symbolizer/dwarf_unit.h"

namespace ktriage {

/// One attribute's value; what the number means depends on the form.
struct DwarfValue {
  enum class Kind : uint8_t {
    None,
    Number,   ///< constants, flags, offsets into sections
    Address,  ///< of code
    AddressIndex,
    Reference,  ///< offset of an entry in .debug_info
    Text,
    TextIndex,
    RangeIndex,
  };
  Kind kind = Kind::None;
  uint64_t number = 0;
  std::string_view text;
};

/// Reads the value at `reader`; it stands behind the value then. `reader` must read .debug_info from its start.
DwarfValue read_value(ByteReader& reader, const Abbreviation::Attribute& attribute, const DwarfUnit& unit,
                      const DwarfSections& sections);
void skip_value(ByteReader& reader, uint16_t form, const DwarfUnit& unit);
/// Bytes that a value of `form` takes in `unit`; nothing if that depends on the value.
std::optional<uint32_t> fixed_size(uint16_t form, const DwarfUnit& unit);

/// What entries of functions, inlined calls and blocks say about themselves.
struct DwarfEntry {
  uint64_t offset = 0;
  const Abbreviation* abbreviation = nullptr;
  std::string_view name;
  std::string_view linkage_name;
  std::optional<uint64_t> low;
  std::optional<uint64_t> high;    ///< past the end
  std::optional<uint64_t> ranges;  ///< offset in the section of range lists
  std::optional<uint64_t> origin;  ///< abstract origin, or else the declaration this completes
  uint32_t call_file = 0;
  uint32_t call_line = 0;
  uint64_t sibling = 0;  ///< 0: not said
};

/// Reads the attributes at `reader`, which stands behind the entry's code.
DwarfEntry read_entry(ByteReader& reader, const Abbreviation& abbreviation, const DwarfUnit& unit,
                      const DwarfSections& sections);

/// Appends the code that an entry stands for: low to high, or a list. Empty and impossible stretches are left out.
void append_ranges(const DwarfEntry& entry, const DwarfUnit& unit, const DwarfSections& sections,
                   std::vector<AddressRange>& out);

/// One list of .debug_ranges or .debug_rnglists.
void append_range_list(uint64_t offset, const DwarfUnit& unit, const DwarfSections& sections,
                       std::vector<AddressRange>& out);

}  // namespace ktriage

#pragma once

#include <string>
#include <vector>

#include "symbolizer/dwarf_unit.h"

namespace ktriage {

/// Decodes one unit into the bytes of a UnitIndex: the line program is run once, the tree of functions and inlined
/// calls walked once. `code`: the stretches of the file that hold code, by address; what lies outside (functions that
/// the linker dropped) is left out. Linear in the unit, but for sorting. REQUIRES: unit.load() gave true.
std::string decode_unit(const DwarfSections& sections, const DwarfUnit& unit, const std::vector<AddressRange>& code);

/// What the entry at `offset` of .debug_info is called, itself or through the entries it refers to: the linkage name if
/// the language mangles, else the plain one. Empty if nothing is found.
class EntryNames {
 public:
  EntryNames(const DwarfSections& sections, const DwarfUnit& unit) : sections_(sections), unit_(unit) {}
  std::string_view find(uint64_t offset);

 private:
  const DwarfUnit* unit_at(uint64_t offset);

  const DwarfSections& sections_;
  const DwarfUnit& unit_;
  std::vector<DwarfUnit> others_;  // units that this one refers to, as after link-time optimization
};

/// The unit that holds `offset` of .debug_info, its header only; walks the headers from the front.
std::optional<DwarfUnit> unit_containing(const DwarfSections& sections, uint64_t offset);

}  // namespace ktriage

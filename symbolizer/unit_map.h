#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/dwarf_unit.h"

namespace ktriage {

/// Which unit of .debug_info holds which code. Taken from .debug_aranges; units that are not listed there (Clang lists
/// none) are asked themselves, but only once an address is looked for that no listed unit holds.
class UnitMap {
 public:
  explicit UnitMap(const DwarfSections& sections) : sections_(sections) {}

  /// Offset of the unit that holds `address`. The first call sorts the table, a miss reads all units' first entries.
  std::optional<uint64_t> find(uint64_t address);
  /// Offsets of all units that hold code.
  std::vector<uint64_t> all();

  /// One stretch of code and its unit; public for the cache.
  struct Stretch {
    uint64_t low = 0;
    uint64_t high = 0;
    uint64_t unit = 0;
  };

 private:
  std::optional<uint64_t> look_up(uint64_t address) const;
  void read_table();
  void read_units();
  void sort();

  const DwarfSections& sections_;
  std::vector<Stretch> stretches_;
  bool table_read_ = false;
  bool units_read_ = false;
};

}  // namespace ktriage

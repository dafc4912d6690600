#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/dwarf_unit.h"
#include "symbolizer/index_cache.h"

namespace ktriage {

/// Which unit of .debug_info holds which code. Taken from .debug_aranges; units that are not listed there (Clang lists
/// none) are asked themselves, but only once an address is looked for that no listed unit holds.
class UnitMap {
 public:
  explicit UnitMap(const DwarfSections& sections) : sections_(sections) {}
  /// From what the cache has kept.
  UnitMap(const DwarfSections& sections, std::span<const UnitStretch> cached, bool complete)
      : sections_(sections), stretches_(cached.begin(), cached.end()), table_read_(true), units_read_(complete) {}

  /// Offset of the unit that holds `address`. The first call sorts the table, a miss reads all units' first entries.
  std::optional<uint64_t> find(uint64_t address);
  /// The same from what is known so far; does not read `sections`.
  std::optional<uint64_t> find_known(uint64_t address) const;
  /// All units were asked: what find_known() does not know is nowhere.
  bool is_complete() const { return units_read_; }
  /// Offsets of all units that hold code.
  std::vector<uint64_t> all();

  /// What is known so far, by address.
  std::span<const UnitStretch> stretches() const { return stretches_; }

 private:
  void read_table();
  void read_units();
  void sort();

  const DwarfSections& sections_;
  std::vector<UnitStretch> stretches_;
  bool table_read_ = false;
  bool units_read_ = false;
};

}  // namespace ktriage

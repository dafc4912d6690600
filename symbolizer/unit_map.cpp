#include "symbolizer/unit_map.h"

#include <algorithm>

#include "symbolizer/unit_decoder.h"

namespace ktriage {

std::optional<uint64_t> UnitMap::find(uint64_t address) {
  if (!table_read_) read_table();
  auto found = find_known(address);
  if (found || units_read_) return found;
  read_units();
  return find_known(address);
}

std::vector<uint64_t> UnitMap::all() {
  if (!table_read_) read_table();
  if (!units_read_) read_units();
  std::vector<uint64_t> units;
  units.reserve(stretches_.size());
  for (const auto& stretch : stretches_) units.push_back(stretch.unit);
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return units;
}

std::optional<uint64_t> UnitMap::find_known(uint64_t address) const {
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), address,
                                      [](uint64_t a, const UnitStretch& stretch) { return a < stretch.low; });
  // Stretches hardly ever overlap; a few steps back find what a short one inside a long one hides.
  auto at = after;
  for (int steps = 0; at != stretches_.begin() && steps < 4; ++steps) {
    --at;
    if (address < at->high) return at->unit;
  }
  return std::nullopt;
}

void UnitMap::read_table() {
  table_read_ = true;
  ByteReader reader = sections_.reader(sections_.aranges);
  while (!reader.at_end()) {
    const uint64_t start = reader.position();
    uint64_t length = reader.u32();
    const uint8_t offset_size = length == 0xffffffff ? 8 : 4;
    if (offset_size == 8) length = reader.u64();
    if (reader.failed() || length > reader.left()) break;
    const uint64_t end = reader.position() + length;
    const uint16_t version = reader.u16();
    const uint64_t unit = reader.number(offset_size);
    const uint8_t address_size = reader.u8();
    const uint8_t segment_size = reader.u8();
    if (version == 2 && (address_size == 4 || address_size == 8) && segment_size == 0) {
      const uint64_t pair = 2U * address_size;
      reader.seek(start + (reader.position() - start + pair - 1) / pair * pair);
      while (!reader.failed() && reader.position() + pair <= end) {
        const uint64_t low = reader.number(address_size);
        const uint64_t size = reader.number(address_size);
        if (low == 0 && size == 0) break;
        if (low != 0 && size > 0 && low + size > low) stretches_.push_back({low, low + size, unit});
      }
    }
    reader.seek(end);
  }
  sort();
}

void UnitMap::read_units() {
  units_read_ = true;
  std::vector<uint64_t> listed = all();
  for (uint64_t offset = 0; offset < sections_.info.size();) {
    auto unit = DwarfUnit::read_header(sections_, offset);
    if (!unit) break;
    offset = unit->end();
    if (std::binary_search(listed.begin(), listed.end(), unit->offset()) || !unit->load(sections_)) continue;
    for (const auto& range : unit->ranges(sections_)) {
      if (range.low != 0) stretches_.push_back({range.low, range.high, unit->offset()});
    }
  }
  sort();
}

void UnitMap::sort() {
  std::stable_sort(stretches_.begin(), stretches_.end(),
                   [](const UnitStretch& a, const UnitStretch& b) { return a.low < b.low; });
}

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "symbolizer/dwarf_sections.h"

namespace ktriage {

/// Start and end of a stretch of code.
struct AddressRange {
  uint64_t low = 0;
  uint64_t high = 0;  ///< past the last byte
};

/// What the entries of a unit may look like: one row of .debug_abbrev.
struct Abbreviation {
  struct Attribute {
    uint16_t name = 0;
    uint16_t form = 0;
    int64_t implicit_const = 0;
  };
  uint16_t tag = 0;  ///< 0: there is no such row
  bool has_children = false;
  bool has_sibling = false;
  uint32_t fixed_size = 0;  ///< of all attributes, in bytes, if `is_fixed`
  bool is_fixed = false;
  uint32_t first = 0;
  uint32_t count = 0;
};

/// The header of a unit in .debug_info, its abbreviations, and what its first entry says.
class DwarfUnit {
 public:
  /// Reads the header at `offset`; nothing if there is none that we understand.
  static std::optional<DwarfUnit> read_header(const DwarfSections& sections, uint64_t offset);

  uint64_t offset() const { return offset_; }
  uint64_t end() const { return end_; }
  uint64_t first_entry() const { return first_entry_; }
  uint16_t version() const { return version_; }
  uint8_t address_size() const { return address_size_; }
  uint8_t offset_size() const { return offset_size_; }

  /// Reads abbreviations and the first entry. False if they are damaged.
  bool load(const DwarfSections& sections);

  // What the first entry says; REQUIRES: load() gave true.
  std::string_view name() const { return name_; }
  std::string_view directory() const { return directory_; }
  std::optional<uint64_t> line_offset() const { return line_offset_; }
  std::vector<AddressRange> ranges(const DwarfSections& sections) const;
  uint64_t low() const { return low_; }
  uint16_t tag() const { return tag_; }
  /// Written in C or assembly: only the unit itself holds functions.
  bool is_c() const;

  const Abbreviation* abbreviation(uint64_t code) const {
    return code < abbreviations_.size() && abbreviations_[code].tag != 0 ? &abbreviations_[code] : nullptr;
  }
  const Abbreviation::Attribute& attribute(const Abbreviation& abbreviation, uint32_t index) const {
    return attributes_[abbreviation.first + index];
  }

  uint64_t address_base() const { return address_base_; }
  uint64_t string_offsets_base() const { return string_offsets_base_; }
  uint64_t range_lists_base() const { return range_lists_base_; }

 private:
  bool read_abbreviations(const DwarfSections& sections);
  bool read_first_entry(const DwarfSections& sections);

  uint64_t offset_ = 0;
  uint64_t end_ = 0;
  uint64_t first_entry_ = 0;
  uint64_t abbreviations_offset_ = 0;
  uint16_t version_ = 0;
  uint8_t address_size_ = 8;
  uint8_t offset_size_ = 4;
  uint16_t tag_ = 0;
  uint16_t language_ = 0;
  std::vector<Abbreviation> abbreviations_;  // by code
  std::vector<Abbreviation::Attribute> attributes_;

  std::string_view name_;
  std::string_view directory_;
  std::optional<uint64_t> line_offset_;
  uint64_t low_ = 0;
  std::optional<uint64_t> high_;
  std::optional<uint64_t> ranges_offset_;
  uint64_t address_base_ = 0;
  uint64_t string_offsets_base_ = 0;
  uint64_t range_lists_base_ = 0;
};

}  // namespace ktriage

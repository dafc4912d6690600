#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// One place that an address stands for. The views live as long as the index they come from.
struct SourceFrame {
  std::string_view function;  ///< as DWARF names it: mangled where the language mangles; empty: unknown
  std::string_view file;      ///< tidied, not shortened; empty: unknown
  uint32_t line = 0;          ///< 0: unknown
  bool inlined = false;       ///< into the next frame's function
};

/// What one unit's DWARF says about its code, flat: where each source line starts, and which function or inlined call
/// holds each address. Position-independent, so that memory and the cache hold the same bytes.
class UnitIndex {
 public:
  /// `bytes` must be aligned to 8 and outlive the object. A malformed index answers nothing.
  explicit UnitIndex(std::string_view bytes);

  bool valid() const { return valid_; }
  std::string_view bytes() const { return bytes_; }

  /// Appends the frames of `address`, innermost first; false if nothing is known. Logarithmic.
  bool look_up(uint64_t address, std::vector<SourceFrame>& out) const;

 private:
  friend class UnitIndexBuilder;
  struct Header {
    uint64_t base = 0;
    uint32_t rows = 0;
    uint32_t segments = 0;
    uint32_t nodes = 0;
    uint32_t files = 0;
    uint32_t text_bytes = 0;
    uint32_t reserved = 0;
  };
  struct Node {
    uint32_t parent;  // kNone: a function; else what it is inlined into, which has a smaller number
    uint32_t name;    // offset in the text
    uint32_t call_file;
    uint32_t call_line;
  };
  static constexpr uint32_t kNone = 0xffffffff;

  std::string_view text(uint32_t offset) const;
  std::string_view file(uint32_t index) const;

  std::string_view bytes_;
  Header header_;
  const uint32_t* row_address_ = nullptr;  // relative to base; so are the segments
  const uint32_t* row_file_ = nullptr;
  const uint32_t* row_line_ = nullptr;
  const uint32_t* segment_address_ = nullptr;
  const uint32_t* segment_node_ = nullptr;
  const Node* nodes_ = nullptr;
  const uint32_t* files_ = nullptr;
  std::string_view text_;
  bool valid_ = false;
};

/// Puts an index together. Rows and segments must come by address, of each address one; what lies 4 GiB or more above
/// `base` is left out.
class UnitIndexBuilder {
 public:
  static constexpr uint32_t kNone = UnitIndex::kNone;

  explicit UnitIndexBuilder(uint64_t base) { header_.base = base; }

  uint32_t add_text(std::string_view text);
  uint32_t add_file(std::string_view path);
  /// `file` kNone: from here on nothing is known.
  void add_row(uint64_t address, uint32_t file, uint32_t line);
  uint32_t add_node(uint32_t parent, uint32_t name, uint32_t call_file, uint32_t call_line);
  void add_segment(uint64_t address, uint32_t node);

  std::string finish() const;

 private:
  UnitIndex::Header header_;
  std::vector<uint32_t> row_address_, row_file_, row_line_, segment_address_, segment_node_, files_;
  std::vector<UnitIndex::Node> nodes_;
  std::string text_;
};

}  // namespace ktriage

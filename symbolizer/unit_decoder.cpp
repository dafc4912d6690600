#include "symbolizer/unit_decoder.h"

#include <dwarf.h>

#include <algorithm>
#include <unordered_map>

#include "symbolizer/dwarf_entry.h"
#include "symbolizer/line_program.h"
#include "symbolizer/source_path.h"
#include "symbolizer/unit_index.h"

namespace ktriage {
namespace {

constexpr uint32_t kNone = UnitIndexBuilder::kNone;
// A damaged file must not make us collect without end: real units stay far below.
constexpr size_t kMaxRanges = 1 << 22;
constexpr size_t kMaxDepth = 4096;
constexpr int kMaxReferences = 16;

struct FunctionNode {
  uint32_t parent = kNone;
  uint64_t entry = 0;  // offset of the entry itself, for its name
  uint32_t call_file = 0;
  uint32_t call_line = 0;
};

struct NodeRange {
  AddressRange range;
  uint32_t node = 0;
};

bool is_code(uint64_t address, const std::vector<AddressRange>& code) {
  return std::any_of(code.begin(), code.end(),
                     [&](const AddressRange& range) { return address >= range.low && address < range.high; });
}

enum class Descent { Skip, Function, Inlined, Through };

Descent descent_of(uint16_t tag) {
  switch (tag) {
    case DW_TAG_subprogram:
    case DW_TAG_entry_point:
      return Descent::Function;
    case DW_TAG_inlined_subroutine:
      return Descent::Inlined;
    case DW_TAG_compile_unit:
    case DW_TAG_partial_unit:
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_structure_type:  // C++ and Rust put functions there
    case DW_TAG_class_type:
    case DW_TAG_union_type:
      return Descent::Through;
    default:
      return Descent::Skip;
  }
}

/// The functions of a unit and the calls inlined into them, in the order of their entries: parents before children.
class FunctionTree {
 public:
  FunctionTree(const DwarfSections& sections, const DwarfUnit& unit, const std::vector<AddressRange>& code)
      : sections_(sections), unit_(unit), code_(code) {}

  void walk() {
    ByteReader reader = sections_.reader(sections_.info.substr(0, unit_.end()), unit_.first_entry());
    std::vector<uint32_t> open;  // per level: the node that its entries are in
    size_t skipped_levels = 0;
    while (!reader.at_end()) {
      const uint64_t offset = reader.position();
      const uint64_t code = reader.uleb();
      if (code == 0) {
        if (skipped_levels > 0) {
          --skipped_levels;
        } else {
          if (open.size() <= 1) return;
          open.pop_back();
        }
        continue;
      }
      const Abbreviation* row = unit_.abbreviation(code);
      if (row == nullptr) return;
      const Descent descent = skipped_levels > 0 ? Descent::Skip : descent_of(row->tag);
      const bool no_children_matter =
          descent == Descent::Skip || (descent == Descent::Through && !row->has_children) || is_plain_type(row->tag);
      if (no_children_matter) {
        if (!skip_entry(reader, *row, offset)) ++skipped_levels;
        continue;
      }
      DwarfEntry entry = read_entry(reader, *row, unit_, sections_);
      const uint32_t parent = open.empty() ? kNone : open.back();
      uint32_t node = parent;
      if (descent != Descent::Through) {
        entry.offset = offset;
        node = add(entry, descent, parent);
        if (node == kNone) {  // a declaration, or an abstract function: no code in it
          if (row->has_children && !jump(reader, entry.sibling, offset)) ++skipped_levels;
          continue;
        }
      }
      if (row->has_children) {
        if (open.size() >= kMaxDepth) return;
        open.push_back(node);
      }
    }
  }

  const std::vector<FunctionNode>& nodes() const { return nodes_; }
  std::vector<NodeRange>& ranges() { return ranges_; }

 private:
  /// In C a type holds no functions, and most entries are of types.
  bool is_plain_type(uint16_t tag) const {
    return unit_.is_c() && (tag == DW_TAG_structure_type || tag == DW_TAG_union_type);
  }

  static bool jump(ByteReader& reader, uint64_t sibling, uint64_t from) {
    if (sibling <= from) return false;
    reader.seek(sibling);
    return true;
  }

  /// Passes over an entry, and over its children if it says where they end; false if they are still to come.
  bool skip_entry(ByteReader& reader, const Abbreviation& row, uint64_t offset) {
    if (!row.has_children || !row.has_sibling) {
      if (row.is_fixed) {
        reader.skip(row.fixed_size);
      } else {
        for (uint32_t i = 0; i < row.count; ++i) skip_value(reader, unit_.attribute(row, i).form, unit_);
      }
      return !row.has_children;
    }
    uint64_t sibling = 0;
    for (uint32_t i = 0; i < row.count; ++i) {
      const auto& attribute = unit_.attribute(row, i);
      if (attribute.name == DW_AT_sibling) {
        sibling = read_value(reader, attribute, unit_, sections_).number;
        if (i + 1 == row.count || sibling > offset) break;
      } else {
        skip_value(reader, attribute.form, unit_);
      }
    }
    if (!jump(reader, sibling, offset)) reader.fail();
    return true;
  }

  /// The node of a function or inlined call that has code; kNone if it has none.
  uint32_t add(const DwarfEntry& entry, Descent descent, uint32_t parent) {
    const auto number = static_cast<uint32_t>(nodes_.size());
    if (!entry.ranges && !(entry.low && entry.high)) return kNone;
    if (ranges_.size() >= kMaxRanges) return kNone;
    scratch_.clear();
    append_ranges(entry, unit_, sections_, scratch_);
    const size_t before = ranges_.size();
    for (const auto& range : scratch_) {
      if (is_code(range.low, code_)) ranges_.push_back({range, number});
    }
    if (ranges_.size() == before) return kNone;
    FunctionNode node;
    node.entry = entry.offset;
    if (descent == Descent::Inlined && parent != kNone) {
      node.parent = parent;
      node.call_file = entry.call_file;
      node.call_line = entry.call_line;
    }
    nodes_.push_back(node);
    return number;
  }

  const DwarfSections& sections_;
  const DwarfUnit& unit_;
  const std::vector<AddressRange>& code_;
  std::vector<FunctionNode> nodes_;
  std::vector<NodeRange> ranges_;
  std::vector<AddressRange> scratch_;
};

/// Rows of all sequences by address, of each address one: the last, for earlier ones cover no byte. Sequences of code
/// that is not there are left out.
std::vector<LineRow> sorted_rows(const std::vector<LineRow>& rows, const std::vector<AddressRange>& code) {
  struct Sequence {
    size_t first;
    size_t last;
  };
  std::vector<Sequence> sequences;
  for (size_t i = 0, first = 0; i < rows.size(); ++i) {
    if (!rows[i].end && i + 1 < rows.size()) continue;
    if (is_code(rows[first].address, code)) sequences.push_back({first, i + 1});
    first = i + 1;
  }
  std::stable_sort(sequences.begin(), sequences.end(),
                   [&](const Sequence& a, const Sequence& b) { return rows[a.first].address < rows[b.first].address; });
  std::vector<LineRow> out;
  out.reserve(rows.size() / 2);
  bool sorted = true;
  for (const auto& sequence : sequences) {
    for (size_t i = sequence.first; i < sequence.last; ++i) {
      const LineRow& row = rows[i];
      if (!out.empty() && out.back().address == row.address) {
        out.back() = row;
        continue;
      }
      if (!out.empty()) {
        const LineRow& before = out.back();
        sorted = sorted && before.address < row.address;
        if (before.file == row.file && before.line == row.line && before.end == row.end) continue;
      }
      out.push_back(row);
    }
  }
  if (!sorted) {
    std::stable_sort(out.begin(), out.end(), [](const LineRow& a, const LineRow& b) { return a.address < b.address; });
  }
  return out;
}

/// Cuts nested ranges into stretches in a row, each with its innermost node. Where siblings overlap, which compilers do
/// not mean, the later one wins.
template <typename Emit>
void flatten(std::vector<NodeRange>& ranges, Emit emit) {
  std::sort(ranges.begin(), ranges.end(), [](const NodeRange& a, const NodeRange& b) {
    return a.range.low != b.range.low ? a.range.low < b.range.low : a.node < b.node;
  });
  std::vector<NodeRange> active;
  uint64_t at = 0;
  const auto innermost = [&] {
    uint32_t node = kNone;
    for (const auto& range : active) {
      if (node == kNone || range.node > node) node = range.node;
    }
    return node;
  };
  const auto end_those_before = [&](uint64_t limit) {
    while (!active.empty()) {
      const auto first = std::min_element(active.begin(), active.end(), [](const NodeRange& a, const NodeRange& b) {
        return a.range.high < b.range.high;
      });
      const uint64_t high = first->range.high;
      if (high > limit) return;
      std::erase_if(active, [&](const NodeRange& range) { return range.range.high == high; });
      at = high;
      emit(at, innermost());
    }
  };
  for (const auto& range : ranges) {
    end_those_before(range.range.low);
    active.push_back(range);
    if (active.size() > kMaxDepth) active.erase(active.begin());
    emit(range.range.low, innermost());
  }
  end_those_before(~uint64_t{0});
}

/// File numbers of the unit to those of the index; only files that are used get in, tidied.
class FileNumbers {
 public:
  FileNumbers(const LineProgram& program, UnitIndexBuilder& builder) : program_(program), builder_(builder) {}

  uint32_t operator()(uint32_t file) {
    if (file < known_.size() && known_[file] != kUnset) return known_[file];
    const std::string path = program_.path(file);
    const uint32_t number = path.empty() ? kNone : builder_.add_file(tidy_path(path));
    if (path.empty() && file >= known_.size()) return kNone;  // no such file: it may be any number
    if (file >= known_.size()) known_.resize(file + 1, kUnset);
    return known_[file] = number;
  }

 private:
  static constexpr uint32_t kUnset = kNone - 1;
  const LineProgram& program_;
  UnitIndexBuilder& builder_;
  std::vector<uint32_t> known_;
};

uint64_t lowest(const std::vector<LineRow>& rows, const std::vector<NodeRange>& ranges) {
  uint64_t base = ~uint64_t{0};
  if (!rows.empty()) base = rows.front().address;
  for (const auto& range : ranges) base = std::min(base, range.range.low);
  return base;
}

/// Names of nodes; many inlined calls are of the same function.
class NodeNames {
 public:
  NodeNames(const DwarfSections& sections, const DwarfUnit& unit, UnitIndexBuilder& builder)
      : names_(sections, unit), sections_(sections), unit_(unit), builder_(builder) {}

  uint32_t operator()(uint64_t entry) {
    // The entry of an inlined call only refers to the function's: that is what repeats.
    ByteReader reader = sections_.reader(sections_.info.substr(0, unit_.end()), entry);
    const Abbreviation* row = unit_.abbreviation(reader.uleb());
    uint64_t target = entry;
    for (uint32_t i = 0; row != nullptr && i < row->count; ++i) {
      const auto& attribute = unit_.attribute(*row, i);
      if (attribute.name == DW_AT_abstract_origin) {
        target = read_value(reader, attribute, unit_, sections_).number;
        break;
      }
      skip_value(reader, attribute.form, unit_);
    }
    const auto [known, added] = offsets_.try_emplace(target, 0);
    if (added) known->second = builder_.add_text(names_.find(target));
    return known->second;
  }

 private:
  EntryNames names_;
  const DwarfSections& sections_;
  const DwarfUnit& unit_;
  UnitIndexBuilder& builder_;
  std::unordered_map<uint64_t, uint32_t> offsets_;
};

}  // namespace

std::string decode_unit(const DwarfSections& sections, const DwarfUnit& unit, const std::vector<AddressRange>& code) {
  LineProgram program;
  if (unit.line_offset()) program = LineProgram::run(sections, *unit.line_offset(), unit);
  const std::vector<LineRow> rows = sorted_rows(program.rows(), code);
  FunctionTree tree(sections, unit, code);
  tree.walk();

  UnitIndexBuilder builder(lowest(rows, tree.ranges()));
  FileNumbers file_number(program, builder);
  for (const auto& row : rows) builder.add_row(row.address, row.end ? kNone : file_number(row.file), row.line);
  NodeNames name_of(sections, unit, builder);
  for (const auto& node : tree.nodes()) {
    const uint32_t call_file = node.parent == kNone ? kNone : file_number(node.call_file);
    builder.add_node(node.parent, name_of(node.entry), call_file, node.call_line);
  }
  uint64_t pending = 0;
  uint32_t pending_node = kNone;
  uint32_t written = kNone;
  const auto write_pending = [&] {
    if (pending_node != written) builder.add_segment(pending, pending_node);
    written = pending_node;
  };
  flatten(tree.ranges(), [&](uint64_t address, uint32_t node) {
    if (address != pending) write_pending();
    pending = address;
    pending_node = node;
  });
  write_pending();
  return builder.finish();
}

const DwarfUnit* EntryNames::unit_at(uint64_t offset) {
  if (offset >= unit_.offset() && offset < unit_.end()) return &unit_;
  for (const auto& unit : others_) {
    if (offset >= unit.offset() && offset < unit.end()) return &unit;
  }
  auto found = unit_containing(sections_, offset);
  if (!found || !found->load(sections_)) return nullptr;
  return &others_.emplace_back(std::move(*found));
}

std::string_view EntryNames::find(uint64_t offset) {
  for (int i = 0; i < kMaxReferences; ++i) {
    const DwarfUnit* unit = unit_at(offset);
    if (unit == nullptr) return {};
    ByteReader reader = sections_.reader(sections_.info.substr(0, unit->end()), offset);
    const Abbreviation* row = unit->abbreviation(reader.uleb());
    if (row == nullptr) return {};
    const DwarfEntry entry = read_entry(reader, *row, *unit, sections_);
    const bool mangled = entry.linkage_name.starts_with("_R") || entry.linkage_name.starts_with("_Z");
    if (mangled) return entry.linkage_name;
    if (!entry.name.empty()) return entry.name;
    if (!entry.origin) return entry.linkage_name;
    offset = *entry.origin;
  }
  return {};
}

std::optional<DwarfUnit> unit_containing(const DwarfSections& sections, uint64_t offset) {
  for (uint64_t at = 0; at < sections.info.size();) {
    auto unit = DwarfUnit::read_header(sections, at);
    if (!unit) return std::nullopt;
    if (offset < unit->end()) return offset >= unit->first_entry() ? unit : std::nullopt;
    at = unit->end();
  }
  return std::nullopt;
}

}  // namespace ktriage

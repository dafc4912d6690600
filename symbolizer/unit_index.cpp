#include "symbolizer/unit_index.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ktriage {
namespace {

/// Index of the last of `count` sorted numbers that is not above `value`; `count` if all are.
uint32_t last_not_above(const uint32_t* numbers, uint32_t count, uint32_t value) {
  const uint32_t* after = std::upper_bound(numbers, numbers + count, value);
  return after == numbers ? count : static_cast<uint32_t>(after - numbers - 1);
}

}  // namespace

UnitIndex::UnitIndex(std::string_view bytes) : bytes_(bytes) {
  if (bytes.size() < sizeof(Header)) return;
  std::memcpy(&header_, bytes.data(), sizeof(Header));
  const uint64_t words =
      uint64_t{header_.rows} * 3 + uint64_t{header_.segments} * 2 + uint64_t{header_.nodes} * 4 + header_.files;
  if (bytes.size() < sizeof(Header) + words * 4 + header_.text_bytes) return;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the layout is UnitIndexBuilder's
  const auto* at = reinterpret_cast<const uint32_t*>(bytes.data() + sizeof(Header));
  const auto take = [&](uint64_t count) {
    const auto* taken = at;
    at += count;
    return taken;
  };
  row_address_ = take(header_.rows);
  row_file_ = take(header_.rows);
  row_line_ = take(header_.rows);
  segment_address_ = take(header_.segments);
  segment_node_ = take(header_.segments);
  nodes_ = reinterpret_cast<const Node*>(take(uint64_t{header_.nodes} * 4));
  files_ = take(header_.files);
  text_ = bytes.substr(sizeof(Header) + words * 4, header_.text_bytes);
  valid_ = true;
}

std::string_view UnitIndex::text(uint32_t offset) const {
  if (offset >= text_.size()) return {};
  const std::string_view rest = text_.substr(offset);
  return rest.substr(0, rest.find('\0'));
}

std::string_view UnitIndex::file(uint32_t index) const {
  return index < header_.files ? text(files_[index]) : std::string_view();
}

bool UnitIndex::look_up(uint64_t address, std::vector<SourceFrame>& out) const {
  if (!valid_ || address < header_.base || address - header_.base > std::numeric_limits<uint32_t>::max()) return false;
  const auto relative = static_cast<uint32_t>(address - header_.base);
  SourceFrame frame;
  bool known = false;
  const uint32_t row = last_not_above(row_address_, header_.rows, relative);
  if (row < header_.rows && row_file_[row] != kNone) {
    frame.file = file(row_file_[row]);
    frame.line = row_line_[row];
    known = true;
  }
  const uint32_t segment = last_not_above(segment_address_, header_.segments, relative);
  uint32_t node = segment < header_.segments ? segment_node_[segment] : kNone;
  if (node >= header_.nodes) {
    if (known) out.push_back(frame);
    return known;
  }
  while (true) {
    const Node& current = nodes_[node];
    const bool inlined = current.parent < node;  // a larger one would be damage, and a loop
    frame.function = text(current.name);
    frame.inlined = inlined;
    out.push_back(frame);
    if (!inlined) return true;
    frame.file = file(current.call_file);
    frame.line = current.call_line;
    node = current.parent;
  }
}

uint32_t UnitIndexBuilder::add_text(std::string_view text) {
  const auto offset = static_cast<uint32_t>(text_.size());
  text_.append(text.substr(0, text.find('\0')));
  text_ += '\0';
  return offset;
}

uint32_t UnitIndexBuilder::add_file(std::string_view path) {
  files_.push_back(add_text(path));
  return static_cast<uint32_t>(files_.size() - 1);
}

void UnitIndexBuilder::add_row(uint64_t address, uint32_t file, uint32_t line) {
  if (address < header_.base || address - header_.base > std::numeric_limits<uint32_t>::max()) return;
  row_address_.push_back(static_cast<uint32_t>(address - header_.base));
  row_file_.push_back(file);
  row_line_.push_back(line);
}

uint32_t UnitIndexBuilder::add_node(uint32_t parent, uint32_t name, uint32_t call_file, uint32_t call_line) {
  nodes_.push_back({parent, name, call_file, call_line});
  return static_cast<uint32_t>(nodes_.size() - 1);
}

void UnitIndexBuilder::add_segment(uint64_t address, uint32_t node) {
  if (address < header_.base || address - header_.base > std::numeric_limits<uint32_t>::max()) return;
  segment_address_.push_back(static_cast<uint32_t>(address - header_.base));
  segment_node_.push_back(node);
}

std::string UnitIndexBuilder::finish() const {
  UnitIndex::Header header = header_;
  header.rows = static_cast<uint32_t>(row_address_.size());
  header.segments = static_cast<uint32_t>(segment_address_.size());
  header.nodes = static_cast<uint32_t>(nodes_.size());
  header.files = static_cast<uint32_t>(files_.size());
  header.text_bytes = static_cast<uint32_t>(text_.size());
  std::string out;
  const auto append = [&](const void* data, size_t size) { out.append(static_cast<const char*>(data), size); };
  append(&header, sizeof(header));
  for (const auto* words : {&row_address_, &row_file_, &row_line_, &segment_address_, &segment_node_}) {
    append(words->data(), words->size() * 4);
  }
  append(nodes_.data(), nodes_.size() * sizeof(UnitIndex::Node));
  append(files_.data(), files_.size() * 4);
  out += text_;
  out.resize((out.size() + 7) / 8 * 8);
  return out;
}

}  // namespace ktriage

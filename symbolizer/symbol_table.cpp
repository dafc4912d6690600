#include "symbolizer/symbol_table.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

namespace ktriage {
namespace {

/// What kallsyms leaves out (scripts/kallsyms.c, scripts/mksysmap), so that it ends no function: mapping symbols,
/// compiler's labels.
bool is_noise(std::string_view name) {
  return name.starts_with('$') || name.starts_with(".L") || name.starts_with("L0\001");
}

bool is_prefix_symbol(std::string_view name) {
  return name.starts_with("__pfx_") || name.starts_with("__cfi_") || name.starts_with("__kcfi_typeid_");
}

uint64_t hash_of(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  while (name.size() >= 8) {
    uint64_t word = 0;
    std::memcpy(&word, name.data(), 8);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
    name.remove_prefix(8);
  }
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash ^ hash >> 29;
}

}  // namespace

SymbolTable::SymbolTable(const ElfFile& file) : file_(file) {
  entries_.reserve(file.symbol_count());
  std::vector<bool> code;
  for (const auto& section : file.sections()) code.push_back(section.holds_code());
  file.for_each_symbol([&](const ElfSymbol& symbol) {
    if (!code[symbol.section]) return;
    if (symbol.type != STT_FUNC && symbol.type != STT_NOTYPE && symbol.type != STT_GNU_IFUNC) return;
    if (is_noise(symbol.name)) return;
    entries_.push_back({symbol.address, symbol.size, symbol.name, symbol.section, is_prefix_symbol(symbol.name)});
  });
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.address < b.address; });
  index_names();
}

void SymbolTable::index_names() {
  slots_.assign(std::bit_ceil(entries_.size() * 2 + 1), 0);
  next_.assign(entries_.size(), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = entries_.size(); i-- > 0;) {  // backwards, so that chains run by address
    size_t slot = hash_of(entries_[i].name) & mask;
    while (slots_[slot] != 0 && entries_[slots_[slot] - 1].name != entries_[i].name) slot = (slot + 1) & mask;
    next_[i] = slots_[slot];
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

Symbol SymbolTable::to_symbol(size_t index) const {
  const Entry& entry = entries_[index];
  const ElfSection& section = file_.sections()[entry.section];
  uint64_t end = section.address + section.size;
  for (size_t i = index + 1; i < entries_.size(); ++i) {
    if (entries_[i].address == entry.address) continue;
    // Modules' own tables keep __pfx_ symbols, the kernel's does not.
    if (entries_[i].prefix && !file_.is_relocatable()) continue;
    if (entries_[i].section == entry.section) end = entries_[i].address;
    break;
  }
  return {entry.name, entry.address, entry.size, end > entry.address ? end - entry.address : 0};
}

std::vector<Symbol> SymbolTable::find(std::string_view name) const {
  std::vector<Symbol> found;
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash_of(name) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (entries_[slots_[slot] - 1].name != name) continue;
    for (uint32_t i = slots_[slot]; i != 0; i = next_[i - 1]) found.push_back(to_symbol(i - 1));
    return found;
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    const std::string_view entry = entries_[i].name;
    if (entry.size() > name.size() && entry[name.size()] == '.' && entry.starts_with(name)) {
      found.push_back(to_symbol(i));
    }
  }
  return found;
}

std::optional<Symbol> SymbolTable::at(uint64_t address) const {
  auto after = std::upper_bound(entries_.begin(), entries_.end(), address,
                                [](uint64_t a, const Entry& entry) { return a < entry.address; });
  while (after != entries_.begin()) {
    const auto& entry = *std::prev(after);
    const ElfSection& section = file_.sections()[entry.section];
    if (address >= section.address + section.size) return std::nullopt;
    if (!entry.prefix) return to_symbol(static_cast<size_t>(std::distance(entries_.begin(), after)) - 1);
    --after;
  }
  return std::nullopt;
}

std::vector<Symbol> matching(const std::vector<Symbol>& candidates, uint64_t offset, std::optional<uint64_t> size) {
  std::vector<Symbol> found;
  const auto keep = [&](auto fits) {
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(found), fits);
    return !found.empty();
  };
  if (!size) {
    keep([&](const Symbol& symbol) { return offset <= std::max(symbol.distance, symbol.size); });
    return found;
  }
  if (offset > *size) return found;
  if (keep([&](const Symbol& symbol) { return symbol.distance == *size; })) return found;
  keep([&](const Symbol& symbol) { return symbol.size == *size; });
  return found;
}

}  // namespace ktriage

#include "symbolizer/symbol_table.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

namespace ktriage {
namespace {

/// What linkers add on machines whose jumps do not reach far enough.
bool is_linkers(std::string_view name, uint16_t machine) {
  const bool is_arm = machine == EM_ARM || machine == EM_AARCH64;
  const bool is_powerpc = machine == EM_PPC || machine == EM_PPC64;
  if (is_arm) return name.ends_with("_from_arm") || name.ends_with("_from_thumb") || name.ends_with("_veneer");
  return is_powerpc &&
         (name.find(".long_branch.") != std::string_view::npos || name.find(".plt_branch.") != std::string_view::npos);
}

/// What kallsyms leaves out, so that it ends no function: scripts/mksysmap for the kernel, is_mapping_symbol() of
/// include/linux/module_symbol.h for modules. The padding before functions is not among it: __pfx_foo ends what stands
/// before, and has a place in traces of its own.
bool is_noise(std::string_view name, const ElfFile& file) {
  if (name.starts_with('$') || name.starts_with(".L") || name.starts_with("L0\001")) return true;
  if (file.is_relocatable()) return false;
  return name.starts_with("__kcfi_typeid_") || name.starts_with("__efistub_") || is_linkers(name, file.machine());
}

/// The name without what compilers hang on: "foo.isra.0.cold" → "foo".
std::string_view stem_of(std::string_view name) { return name.substr(0, name.find('.', 1)); }

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

uint32_t at_most_32_bits(uint64_t value) {
  return static_cast<uint32_t>(std::min<uint64_t>(value, std::numeric_limits<uint32_t>::max()));
}

struct Found {
  uint64_t address;
  uint32_t size;
  uint32_t name;
  uint32_t section;
};

/// The symbols of functions, by address, and where the banner stands (0: nowhere).
std::vector<Found> read_functions(const ElfFile& file, uint64_t& banner) {
  std::vector<bool> code;
  for (const auto& section : file.sections()) code.push_back(section.holds_code());
  std::vector<Found> found;
  found.reserve(file.symbol_count());
  file.for_each_symbol([&](const ElfSymbol& symbol) {
    if (symbol.type == STT_OBJECT) {
      if (banner == 0 && file.symbol_is_called(symbol.name, "linux_banner")) banner = symbol.address;
      return;
    }
    if (!code[symbol.section]) return;
    if (symbol.type != STT_FUNC && symbol.type != STT_NOTYPE && symbol.type != STT_GNU_IFUNC) return;
    const auto name = file.symbol_name(symbol.name);
    if (name.empty() || is_noise(name, file)) return;
    found.push_back({symbol.address, at_most_32_bits(symbol.size), symbol.name, symbol.section});
  });
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.address < b.address; });
  return found;
}

}  // namespace

bool is_padding(std::string_view name) { return name.starts_with("__pfx_"); }

SymbolTable::SymbolTable(const ElfFile& file, const std::string& cache_directory) : file_(file) {
  const CacheKey key{cache_directory, cache_directory.empty() ? std::string() : file.build_id(), file.file_size()};
  cached_ = SymbolCache::load(key);
  if (cached_ && read(cached_->bytes())) return;
  cached_.reset();
  built_ = build(file);
  read(built_);
  if (!records_.empty()) SymbolCache::save(key, built_);
}

std::string SymbolTable::build(const ElfFile& file) {
  Header header;
  const auto functions = read_functions(file, header.banner);
  header.records = static_cast<uint32_t>(functions.size());
  header.heads = std::bit_ceil(header.records | 1);
  std::vector<Record> records(header.records);
  std::vector<uint32_t> heads(header.heads);
  for (size_t i = functions.size(); i-- > 0;) {  // backwards, so that chains run by address
    const Found& function = functions[i];
    const ElfSection& section = file.sections()[function.section];
    const bool is_last = i + 1 == functions.size();
    uint64_t end = is_last ? section.address + section.size : functions[i + 1].address;
    if (file.is_relocatable()) end = is_last ? section.memory_end : std::min(end, section.memory_end);
    if (!is_last && functions[i + 1].address == function.address) end = function.address + records[i + 1].distance;
    records[i] = {function.address, function.size, end > function.address ? at_most_32_bits(end - function.address) : 0,
                  function.name, 0};
    const auto name = file.symbol_name(function.name);
    if (is_padding(name)) continue;
    uint32_t& head = heads[hash_of(stem_of(name)) & (heads.size() - 1)];
    records[i].next = std::exchange(head, static_cast<uint32_t>(i + 1));
  }
  std::string out(reinterpret_cast<const char*>(&header), sizeof(header));
  out.append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record));
  out.append(reinterpret_cast<const char*>(heads.data()), heads.size() * sizeof(uint32_t));
  return out;
}

bool SymbolTable::read(std::string_view bytes) {
  if (bytes.size() < sizeof(Header)) return false;
  std::memcpy(&header_, bytes.data(), sizeof(Header));
  const uint64_t records_size = uint64_t{header_.records} * sizeof(Record);
  if (!std::has_single_bit(header_.heads)) return false;
  if (bytes.size() != sizeof(Header) + records_size + uint64_t{header_.heads} * sizeof(uint32_t)) return false;
  const char* at = bytes.data() + sizeof(Header);
  records_ = {reinterpret_cast<const Record*>(at), header_.records};
  heads_ = {reinterpret_cast<const uint32_t*>(at + records_size), header_.heads};
  return true;
}

Symbol SymbolTable::to_symbol(const Record& record) const {
  return {file_.symbol_name(record.name), record.address, record.size, record.distance};
}

std::vector<Symbol> SymbolTable::find(std::string_view name) const {
  std::vector<Symbol> exact;
  std::vector<Symbol> suffixed;
  for (uint32_t i = heads_[hash_of(stem_of(name)) & (heads_.size() - 1)]; i != 0 && i <= records_.size();) {
    const Record& record = records_[i - 1];
    const auto symbol = file_.symbol_name(record.name);
    if (symbol == name) {
      exact.push_back(to_symbol(record));
    } else if (symbol.size() > name.size() && symbol[name.size()] == '.' && symbol.starts_with(name)) {
      suffixed.push_back(to_symbol(record));
    }
    if (record.next <= i) break;  // the end, or damage
    i = record.next;
  }
  return exact.empty() ? suffixed : exact;
}

std::optional<Symbol> SymbolTable::at(uint64_t address) const {
  const auto after = std::upper_bound(records_.begin(), records_.end(), address,
                                      [](uint64_t a, const Record& record) { return a < record.address; });
  if (after == records_.begin()) return std::nullopt;
  const Record& record = *std::prev(after);
  if (address - record.address >= record.distance) return std::nullopt;
  return to_symbol(record);
}

std::optional<uint64_t> SymbolTable::banner_address() const {
  return header_.banner == 0 ? std::nullopt : std::optional(header_.banner);
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

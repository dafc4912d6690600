#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/elf_file.h"
#include "symbolizer/symbol_cache.h"

namespace ktriage {

/// A function (or a label in assembly) of a vmlinux or a module.
struct Symbol {
  std::string_view name;
  uint64_t address = 0;
  uint64_t size = 0;      ///< st_size; 0 for most labels
  uint64_t distance = 0;  ///< to the next symbol, which is the size that the kernel prints (kernel/kallsyms.c)
};

/// The symbols that stand in executable sections, by name and by address. Building is linear but for a sort; looking up
/// is constant and logarithmic. Position-independent, so that memory and the cache hold the same bytes; names stay in
/// the ElfFile, to which views belong.
class SymbolTable {
 public:
  /// Taken from the cache; else built, and put there if that can be. `file` must outlive the object.
  explicit SymbolTable(const ElfFile& file, const std::string& cache_directory = {});

  /// All symbols called `name`, by address; none for padding. Where none is called so: those whose name is `name` and a
  /// compiler suffix (kallsyms drops ".llvm.123").
  std::vector<Symbol> find(std::string_view name) const;
  /// The function that holds `address`: the last symbol at or below it in its section.
  std::optional<Symbol> at(uint64_t address) const;
  size_t size() const { return records_.size(); }
  /// Where "Linux version …" stands.
  std::optional<uint64_t> banner_address() const;

  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;

 private:
  struct Header {
    uint64_t banner = 0;  // 0: none
    uint32_t records = 0;
    uint32_t heads = 0;
  };
  struct Record {
    uint64_t address;
    uint32_t size;
    uint32_t distance;
    uint32_t name;  // ElfFile::symbol_name()
    uint32_t next;  // 1 + index of the next record with this hash, which stands behind; 0: none
  };

  static std::string build(const ElfFile& file);
  bool read(std::string_view bytes);
  Symbol to_symbol(const Record& record) const;

  const ElfFile& file_;
  std::string built_;
  std::optional<SymbolCache> cached_;
  Header header_;
  std::span<const Record> records_;  // by address
  std::span<const uint32_t> heads_;  // by hash of the name up to its compiler suffix: 1 + index of a record
};

/// Whether a symbol names the room before a function that objtool keeps for jumps, not code with lines. Half of a
/// kernel's symbols may be such: there they are found by address only.
bool is_padding(std::string_view name);

/// Those of `candidates` that a log's "function+offset/size" can mean. With a size: those of that size (as the kernel
/// prints it, or st_size); without: those that hold `offset`.
std::vector<Symbol> matching(const std::vector<Symbol>& candidates, uint64_t offset, std::optional<uint64_t> size);

}  // namespace ktriage

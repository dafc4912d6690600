#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "symbolizer/elf_file.h"

namespace ktriage {

/// A function (or a label in assembly) of a vmlinux or a module.
struct Symbol {
  std::string_view name;
  uint64_t address = 0;
  uint64_t size = 0;      ///< st_size; 0 for most labels
  uint64_t distance = 0;  ///< to the next symbol, which is the size that the kernel prints (kernel/kallsyms.c)
};

/// The symbols that stand in executable sections, by name and by address. Building is linear but for a sort; looking up
/// is constant and logarithmic. Views belong to the ElfFile.
class SymbolTable {
 public:
  explicit SymbolTable(const ElfFile& file);

  /// All symbols called `name`, by address. Where none is called so: those whose name is `name` and a compiler suffix
  /// (kallsyms drops ".llvm.123").
  std::vector<Symbol> find(std::string_view name) const;
  /// The function that holds `address`: the last symbol at or below it in its section.
  std::optional<Symbol> at(uint64_t address) const;
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    uint64_t address;
    uint64_t size;
    std::string_view name;
    uint32_t section;
    bool prefix;  // __pfx_f and the like: padding before f, which kallsyms does not list
  };

  Symbol to_symbol(size_t index) const;
  void index_names();

  const ElfFile& file_;
  std::vector<Entry> entries_;   // by address
  std::vector<uint32_t> slots_;  // open addressing: 1 + index of the first entry of a name
  std::vector<uint32_t> next_;   // 1 + index of the next entry with the same hash slot chain
};

/// Those of `candidates` that a log's "function+offset/size" can mean. With a size: those of that size (as the kernel
/// prints it, or st_size); without: those that hold `offset`.
std::vector<Symbol> matching(const std::vector<Symbol>& candidates, uint64_t offset, std::optional<uint64_t> size);

}  // namespace ktriage

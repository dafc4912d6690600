#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/backend.h"
#include "symbolizer/elf_file.h"
#include "symbolizer/source_path.h"
#include "symbolizer/symbol_table.h"

namespace ktriage {

/// One place in the sources, owned.
struct SourcePlace {
  std::string function;  ///< readable: demangled where the language mangles
  std::string file;      ///< relative to the source tree where it lies there; empty: unknown
  uint32_t line = 0;     ///< 0: unknown
  bool inlined = false;

  friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

/// Makes the backend for a file: which one, with which cache, is decided by who opens the binary.
using BackendFactory = std::function<Result<std::unique_ptr<Backend>>(const ElfFile& file)>;

/// A vmlinux or a module with its symbols and a backend.
class KernelBinary {
 public:
  /// `cache_directory`: where symbols are kept; empty: nowhere.
  static Result<std::unique_ptr<KernelBinary>> open(ElfFile file, const BackendFactory& make_backend,
                                                    const std::string& cache_directory = {});

  const ElfFile& file() const { return file_; }
  const SymbolTable& symbols() const { return symbols_; }

  /// Where the code at `address` comes from, innermost first: inlined calls, then the function. The function's name
  /// falls back to the symbol table. Never empty if a symbol holds the address.
  std::vector<SourcePlace> look_up(uint64_t address, const SourceRoots& roots);

  /// Decodes all of it now, `jobs` threads at a time.
  void prepare(unsigned jobs) { backend_->prepare(jobs); }

  /// "Linux version …" as this vmlinux prints it when it boots, without the line end; empty for a module.
  std::string banner() const;
  /// Root of the source tree, told by where well-known functions stand; none for a module.
  SourceRoots source_roots();

 private:
  KernelBinary(ElfFile file, const std::string& cache_directory)
      : file_(std::move(file)), symbols_(file_, cache_directory) {}

  ElfFile file_;
  SymbolTable symbols_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace ktriage

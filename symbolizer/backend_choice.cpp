#include "symbolizer/backend_choice.h"

#include "symbolizer/addr2line_backend.h"
#include "symbolizer/check_backend.h"
#include "symbolizer/dwarf_backend.h"
#include "symbolizer/libdw_backend.h"

namespace ktriage {
namespace {

Result<std::unique_ptr<Backend>> open_dwarf(const ElfFile& file, const std::string& cache_directory,
                                            const DwarfBackend::Warn& warn) {
  auto backend = DwarfBackend::open(file, IndexCache::open({cache_directory, file.build_id(), file.file_size()}), warn);
  if (!backend) return backend.errors();
  return std::unique_ptr<Backend>(std::move(backend.value()));
}

}  // namespace

BackendFactory make_backend_factory(const SymbolizerOptions& options) {
  const auto pool = std::make_shared<Addr2linePool>(options.addr2line, options.addr2line_limit, options.warn);
  return [kind = options.backend, cache = options.cache_directory, warn = options.warn,
          pool](const ElfFile& file) -> Result<std::unique_ptr<Backend>> {
    switch (kind) {
      case BackendKind::Libdw:
        return open_libdw_backend(file);
      case BackendKind::Addr2line:
        return Addr2lineBackend::open(file, pool);
      case BackendKind::Dwarf:
        return open_dwarf(file, cache, warn);
      case BackendKind::Check:
        break;
    }
    auto trusted = open_dwarf(file, cache, warn);
    if (!trusted) return trusted.errors();
    auto other = Addr2lineBackend::open(file, pool);
    if (!other) return other.errors();
    return std::unique_ptr<Backend>(new CheckBackend(std::move(trusted.value()), std::move(other.value()), warn));
  };
}

}  // namespace ktriage

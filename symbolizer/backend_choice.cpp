#include "symbolizer/backend_choice.h"

#include "symbolizer/dwarf_backend.h"

namespace ktriage {

BackendFactory make_backend_factory(const SymbolizerOptions& options) {
  return [cache = options.cache_directory](const ElfFile& file) -> Result<std::unique_ptr<Backend>> {
    auto backend = DwarfBackend::open(file, IndexCache::open(cache, file.build_id(), file.file_size()));
    if (!backend) return backend.errors();
    return std::unique_ptr<Backend>(std::move(backend.value()));
  };
}

}  // namespace ktriage

#include "symbolizer/backend_choice.h"

#include "symbolizer/dwarf_backend.h"

namespace ktriage {

BackendFactory make_backend_factory(const SymbolizerOptions&) {
  return [](const ElfFile& file) -> Result<std::unique_ptr<Backend>> {
    auto backend = DwarfBackend::open(file, nullptr);
    if (!backend) return backend.errors();
    return std::unique_ptr<Backend>(std::move(backend.value()));
  };
}

}  // namespace ktriage

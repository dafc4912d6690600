// Any bytes are a vmlinux or a module: reading, indexing and asking must neither crash, hang nor run away with memory,
// and answers must hold together.

#include <cstdint>
#include <string_view>
#include <utility>

#include "symbolizer/dwarf_backend.h"
#include "symbolizer/kernel_binary.h"
#include "tests/fuzz/demand.h"

namespace {

using namespace ktriage;
using fuzz::demand;

void check(const std::vector<SourcePlace>& places) {
  for (size_t i = 0; i + 1 < places.size(); ++i) demand(places[i].inlined, "only the outermost frame is a function");
  if (!places.empty()) demand(!places.back().inlined, "the outermost frame is a function");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto file = ElfFile::parse({reinterpret_cast<const char*>(data), size}, "input");
  if (!file) return 0;
  file->build_id();
  file->debug_link();
  DwarfBackend* backend = nullptr;
  auto binary =
      KernelBinary::open(std::move(file.value()), [&](const ElfFile& elf) -> Result<std::unique_ptr<Backend>> {
        auto opened = DwarfBackend::open(elf, nullptr);
        if (!opened) return opened.errors();
        backend = opened->get();
        return std::unique_ptr<Backend>(std::move(opened.value()));
      });
  if (!binary) return 0;
  binary.value()->banner();
  const SourceRoots roots = binary.value()->source_roots();
  size_t asked = 0;
  binary.value()->file().for_each_symbol([&](const ElfSymbol& symbol) {
    if (++asked > 200) return;
    for (const uint64_t offset : {uint64_t{0}, uint64_t{5}, symbol.size / 2}) {
      check(binary.value()->look_up(symbol.address + offset, roots));
    }
    const auto name = binary.value()->file().symbol_name(symbol.name);
    for (const auto& found : binary.value()->symbols().find(name)) {
      demand(found.name.starts_with(name), "a symbol is found by its name");
    }
  });
  backend->prepare(1);
  return 0;
}

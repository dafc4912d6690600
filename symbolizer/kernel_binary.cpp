#include "symbolizer/kernel_binary.h"

#include <array>
#include <utility>

#include "parser/demangle.h"

namespace ktriage {

Result<std::unique_ptr<KernelBinary>> KernelBinary::open(ElfFile file, const BackendFactory& make_backend,
                                                         const std::string& cache_directory) {
  std::unique_ptr<KernelBinary> binary(new KernelBinary(std::move(file), cache_directory));
  if (binary->symbols_.size() == 0) {
    return Diagnostic{binary->file_.name(), 0, 0,
                      "holds no symbols (.symtab): it was stripped; take the unstripped file of the same build"};
  }
  auto backend = make_backend(binary->file_);
  if (!backend) return backend.errors();
  binary->backend_ = std::move(backend.value());
  return binary;
}

std::vector<SourcePlace> KernelBinary::look_up(uint64_t address, const SourceRoots& roots) {
  std::vector<SourcePlace> places;
  for (const auto& frame : backend_->look_up(address)) {
    places.push_back({demangle(frame.function), std::string(roots.shorten(frame.file)), frame.line, frame.inlined});
  }
  if (!places.empty() && !places.back().function.empty()) return places;
  const auto symbol = symbols_.at(address);
  if (!symbol) return places;
  if (places.empty()) places.emplace_back();
  places.back().function = demangle(symbol->name);
  return places;
}

std::string KernelBinary::banner() const {
  const auto address = symbols_.banner_address();
  if (!address) return {};
  const std::string_view bytes = file_.memory_at(*address);
  return std::string(bytes.substr(0, bytes.find_first_of(std::string_view("\n\0", 2))));
}

SourceRoots KernelBinary::source_roots() {
  // Compilers and assemblers name the tree in ways of their own: Debian's 6.1 has debian/build/…/init/main.c, and
  // /build/reproducible-path/linux-6.1.192/arch/x86/entry/entry_64.S.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kKnown = {{
      {"start_kernel", "init/main.c"},
      {"entry_SYSCALL_64", "arch/x86/entry/entry_64.S"},
      {"entry_INT80_32", "arch/x86/entry/entry_32.S"},
      {"vectors", "arch/arm64/kernel/entry.S"},
      {"handle_exception", "arch/riscv/kernel/entry.S"},
  }};
  SourceRoots roots;
  for (const auto& [symbol, place] : kKnown) {
    const auto found = symbols_.find(symbol);
    if (found.empty() || found.front().name != symbol) continue;
    const auto places = look_up(found.front().address, {});
    if (!places.empty()) roots.learn(places.back().file, place);
  }
  return roots;
}

}  // namespace ktriage

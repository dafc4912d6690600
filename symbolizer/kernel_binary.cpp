#include "symbolizer/kernel_binary.h"

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
  const auto found = symbols_.find("start_kernel");
  if (found.empty() || found.front().name != "start_kernel") return {};
  const auto places = look_up(found.front().address, {});
  return places.empty() ? SourceRoots() : SourceRoots(places.back().file, "init/main.c");
}

}  // namespace ktriage

#include "symbolizer/symbol_name.h"

#include <libiberty/demangle.h>

#include <cstdlib>
#include <memory>

#include "parser/demangle.h"

namespace ktriage {

std::string readable_name(std::string_view symbol) {
  if (!symbol.starts_with("_R")) return demangle(symbol);
  const std::string mangled(symbol);
  const std::unique_ptr<char, decltype(&std::free)> plain(rust_demangle(mangled.c_str(), 0), &std::free);
  return plain == nullptr ? mangled : std::string(plain.get());
}

}  // namespace ktriage

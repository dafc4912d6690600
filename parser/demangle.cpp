#include "parser/demangle.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace ktriage {
namespace {

/// "a::b::h0123456789abcdef" → "a::b"
void drop_rust_hash(std::string& name) {
  constexpr size_t kHash = 19;  // "::h" and sixteen digits
  if (name.size() <= kHash) return;
  const std::string_view tail = std::string_view(name).substr(name.size() - kHash);
  if (tail.starts_with("::h") && tail.find_first_not_of("0123456789abcdef", 3) == std::string_view::npos) {
    name.resize(name.size() - kHash);
  }
}

}  // namespace

std::string demangle(std::string_view symbol) {
  if (!symbol.starts_with("_Z")) return std::string(symbol);
  const std::string mangled(symbol.substr(0, symbol.find('.')));
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  if (status != 0 || plain == nullptr) return std::string(symbol);
  std::string name = plain.get();
  if (const size_t parameters = name.find('('); parameters != std::string::npos && parameters > 0)
    name.resize(parameters);
  drop_rust_hash(name);
  return name;
}

}  // namespace ktriage

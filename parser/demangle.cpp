#include "parser/demangle.h"

#include <libiberty/demangle.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace ktriage {
namespace {

constexpr size_t kLongestSymbol = 512;  // as in the kernel (KSYM_NAME_LEN)

// Both schemes can refer back to a part of the name. Two such references to the part before double it, so a hostile
// name of a few hundred bytes could stand for petabytes.
constexpr std::ptrdiff_t kMostBackReferences = 24;

struct Freed {
  void operator()(char* text) const { std::free(text); }
};

bool looks_mangled(std::string_view symbol) { return symbol.starts_with("_Z") || symbol.starts_with("_R"); }

bool may_explode(std::string_view symbol) {
  return std::count(symbol.begin(), symbol.end(), symbol[1] == 'Z' ? 'S' : 'B') > kMostBackReferences;
}

/// Kernel people name functions without their parameters: "f(int)" → "f". Rust's generic arguments may hold
/// parentheses.
void drop_parameters(std::string& name) {
  size_t depth = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>' && depth > 0) --depth;
    if (name[i] == '(' && depth == 0 && i > 0) return name.resize(i);
  }
}

}  // namespace

std::string demangle(std::string_view symbol) {
  if (!looks_mangled(symbol) || symbol.size() > kLongestSymbol || may_explode(symbol)) return std::string(symbol);
  const std::string mangled(symbol.substr(0, symbol.find('.')));
  const std::unique_ptr<char, Freed> plain(cplus_demangle(mangled.c_str(), DMGL_AUTO | DMGL_ANSI | DMGL_PARAMS));
  if (plain == nullptr || *plain == '\0') return std::string(symbol);
  std::string name = plain.get();
  if (symbol.starts_with("_Z")) drop_parameters(name);
  return name;
}

}  // namespace ktriage

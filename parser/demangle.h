#pragma once

#include <string>
#include <string_view>

namespace ktriage {

/// The plain name of a function whose symbol is mangled as C++ compilers and rustc before 1.59 do it: `_Z8fakeNameiii`
/// → `fakeName`, without parameters and without rustc's hash. Other names come back as they are.
std::string demangle(std::string_view symbol);

}  // namespace ktriage

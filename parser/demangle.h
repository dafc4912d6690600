#pragma once

#include <string>
#include <string_view>

namespace ktriage {

/// The plain name of a function whose symbol is mangled as C++ compilers or rustc (legacy or v0) do it:
/// `_Z8fakeNameiii` → `fakeName`, `_RNvNtCs9jEwPDbx20M_4core9panicking9panic_fmt` → `core::panicking::panic_fmt`;
/// without parameters and rustc's hashes. Other names, and those that could stand for an absurdly long one, come back
/// as they are.
std::string demangle(std::string_view symbol);

}  // namespace ktriage

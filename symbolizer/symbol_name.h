#pragma once

#include <string>
#include <string_view>

namespace ktriage {

/// The name as people write it: C++ and Rust (both manglings) undone, parameters and hashes gone; all other names as they
/// are.
std::string readable_name(std::string_view symbol);

}  // namespace ktriage

#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
namespace ktriage {
class IndexCache {
 public:
  std::optional<std::string_view> find(uint64_t) const { return std::nullopt; }
};
}  // namespace ktriage

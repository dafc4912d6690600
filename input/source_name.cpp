#include "input/source_name.h"

#include <algorithm>
#include <array>

namespace ktriage {

bool is_source_name(std::string_view name) {
  using namespace std::string_view_literals;
  constexpr std::array kEndings = {".c"sv,    ".cc"sv,  ".conf"sv, ".config"sv, ".cpp"sv, ".css"sv,   ".csv"sv,
                                   ".diff"sv, ".h"sv,   ".html"sv, ".js"sv,     ".md"sv,  ".patch"sv, ".prog"sv,
                                   ".py"sv,   ".rst"sv, ".sh"sv,   ".syz"sv,    ".xml"sv, ".yaml"sv,  ".yml"sv};
  const auto ends_so = [name](std::string_view ending) { return name.ends_with(ending); };
  return std::any_of(kEndings.begin(), kEndings.end(), ends_so);
}

}  // namespace ktriage

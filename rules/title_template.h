#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// The names between braces of a title template such as "KASAN: {kind} in {frame}", in order.
std::vector<std::string_view> placeholders(std::string_view title_template);

/// The template with every {name} replaced by what `value` gives for it.
std::string render_title(std::string_view title_template,
                         const std::function<std::string_view(std::string_view name)>& value);

}  // namespace ktriage

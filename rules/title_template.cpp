#include "rules/title_template.h"

namespace ktriage {
namespace {

/// Calls `text` for literal pieces and `name` for placeholders. A brace without its partner is text.
template <typename OnText, typename OnName>
void split(std::string_view rest, OnText text, OnName name) {
  while (!rest.empty()) {
    const size_t open = rest.find('{');
    const size_t close = open == std::string_view::npos ? open : rest.find('}', open);
    if (close == std::string_view::npos) break;
    text(rest.substr(0, open));
    name(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
  text(rest);
}

}  // namespace

std::vector<std::string_view> placeholders(std::string_view title_template) {
  std::vector<std::string_view> names;
  split(
      title_template, [](std::string_view) {}, [&](std::string_view name) { names.push_back(name); });
  return names;
}

std::string render_title(std::string_view title_template,
                         const std::function<std::string_view(std::string_view name)>& value) {
  std::string out;
  split(
      title_template, [&](std::string_view text) { out += text; }, [&](std::string_view name) { out += value(name); });
  return out;
}

}  // namespace ktriage

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace ktriage {

/// `text` as character data or the value of a quoted attribute in HTML.
std::string escape_html(std::string_view text);

/// JSON for a <script type="application/json"> element: no `<`, `>`, `&` or line separator is left in it, so that no
/// text can end the element or open a comment. `json` must be valid JSON; the result means the same.
std::string escape_script_json(std::string_view json);

/// UTF-8 `text` with all that hides or reorders text made visible: control characters and those that set the direction
/// of text become \u{NNNN}. Line ends and tabs stay.
std::string visible_text(std::string_view text);

/// visible_text() on every string below `json`, the names of members included.
void make_visible(nlohmann::ordered_json& json);

/// `text` with {{name}} replaced by what `value_of(name)` says. One pass: what is put in is not looked at again.
template <typename ValueOf>
std::string fill_template(std::string_view text, const ValueOf& value_of) {
  std::string out;
  for (;;) {
    const size_t open = text.find("{{");
    const size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, open)).append(value_of(text.substr(open + 2, close - open - 2)));
    text.remove_prefix(close + 2);
  }
}

}  // namespace ktriage

#include "triage/page/page_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ktriage {
namespace {

TEST(PageText, EscapesHtml) {
  EXPECT_EQ(escape_html(R"(<a b="c" d='e'>&amp;)"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
}

TEST(PageText, MakesVisibleWhatHidesOrReorders) {
  for (const auto& [text, shown] : std::vector<std::pair<std::string, std::string>>{
           {"plain\n\ttext", "plain\n\ttext"},
           {"\x1b[31m", "\\u{001b}[31m"},
           {"a\u202eb", "a\\u{202e}b"},
           {"\u2066x\u2069", "\\u{2066}x\\u{2069}"},
           {"\u0085", "\\u{0085}"},
           {"\u2028\ufeff\u00ad", "\\u{2028}\\u{feff}\\u{00ad}"},
           {"\U000e0041", "\\u{e0041}"},
           {"grün 日本 🐧", "grün 日本 🐧"},
           {std::string("nul\0", 4), "nul\\u{0000}"},
           {"cut \xe2\x94", "cut \xe2\\u{0094}"},
       }) {
    EXPECT_EQ(visible_text(text), shown);
  }
}

TEST(PageText, JsonInAScriptKeepsItsMeaningAndCannotEndIt) {
  const nlohmann::json value = {{"</script><!--", "a & b \u2028\u2029 <script> ü"}};
  const std::string escaped = escape_script_json(value.dump());
  EXPECT_EQ(escaped.find_first_of("<>&"), std::string::npos) << escaped;
  EXPECT_EQ(escaped.find("\u2028"), std::string::npos) << escaped;
  EXPECT_EQ(nlohmann::json::parse(escaped), value);
}

TEST(PageText, MakesVisibleAtAnyDepth) {
  nlohmann::ordered_json json = {{"a\u202e", {1, "b\x07", {{"c", "d\u200f"}}}}};
  make_visible(json);
  EXPECT_EQ(json.dump(), R"({"a\\u{202e}":[1,"b\\u{0007}",{"c":"d\\u{200f}"}]})");
}

TEST(PageText, FillsATemplateInOnePass) {
  const auto fill = [](std::string_view text) {
    return fill_template(text,
                         [](std::string_view name) { return name == "a" ? "{{b}}" : "[" + std::string(name) + "]"; });
  };
  EXPECT_EQ(fill("x {{a}} y {{b}} {{ {"), "x {{b}} y [b] {{ {");
}

}  // namespace
}  // namespace ktriage

#include "cli/text_block.h"

#include <fmt/format.h>

#include "cli/escape.h"

namespace ktriage {

TextBlock::TextBlock(const Style& style, std::string_view heading) : style_(style) {
  if (!heading.empty()) text_ = std::string(heading) + "\n";
}

void TextBlock::line(std::string_view label, std::string_view content) {
  if (content.empty()) return;
  // Padded before it is painted: escape sequences have a length, but no width.
  const std::string column = fmt::format("{:<10}", label);
  text_ += "  " + (label.empty() ? column : style_.paint(Color::Label, column)) + escape_for_terminal(content) + "\n";
}

}  // namespace ktriage

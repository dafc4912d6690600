#pragma once

#include <string>
#include <string_view>

#include "cli/style.h"

namespace ktriage {

/// A heading with labelled lines below it, the labels in a column of their own.
class TextBlock {
 public:
  /// `heading` is taken as it is; empty: none.
  TextBlock(const Style& style, std::string_view heading);

  /// Adds a line, escaped; an empty `content` adds nothing, an empty `label` goes on with the one above.
  void line(std::string_view label, std::string_view content);

  const std::string& text() const { return text_; }

 private:
  const Style& style_;
  std::string text_;
};

}  // namespace ktriage

#pragma once

#include <string>
#include <string_view>

namespace ktriage {

enum class ColorChoice { Auto, Always, Never };

enum class Color { Title, CorruptedTitle, Label };

/// Marks up text for a terminal, or leaves it as it is.
class Style {
 public:
  explicit Style(bool colored) : colored_(colored) {}

  /// `text` must be escaped already.
  std::string paint(Color color, std::string_view text) const;

 private:
  bool colored_;
};

/// What `choice` comes to for the standard output: Auto looks at the terminal, $NO_COLOR and $TERM.
Style choose_style(ColorChoice choice);

}  // namespace ktriage

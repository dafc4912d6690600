#include "cli/style.h"

#include <unistd.h>

#include <cstdlib>

namespace ktriage {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : std::string_view();
}

}  // namespace

std::string Style::paint(Color color, std::string_view text) const {
  if (!colored_) return std::string(text);
  std::string_view code;
  switch (color) {
    case Color::Title:
      code = "1;31";
      break;
    case Color::CorruptedTitle:
      code = "1;33";
      break;
    case Color::Label:
      code = "2";
      break;
  }
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

Style choose_style(ColorChoice choice) {
  if (choice != ColorChoice::Auto) return Style(choice == ColorChoice::Always);
  return Style(isatty(STDOUT_FILENO) != 0 && environment("NO_COLOR").empty() && environment("TERM") != "dumb");
}

}  // namespace ktriage

#include "cli/messages.h"

#include <cstdio>
#include <string>

#include "cli/escape.h"

namespace ktriage {

void say(std::string_view message) {
  const std::string line = "ktriage: " + escape_for_terminal(message) + "\n";
  std::fputs(line.c_str(), stderr);
}

void say(const Diagnostics& errors) {
  for (const auto& error : errors) say(error.to_string());
}

}  // namespace ktriage

#include "cli/source_lines.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "cli/escape.h"
#include "symbolizer/source_path.h"

namespace ktriage {
namespace {

constexpr uint32_t kAround = 4;

}  // namespace

std::string source_lines(const std::string& tree, const std::string& file, uint32_t line) {
  const std::string path = tidy_path(file);
  // The name comes from debug information, which may come from anybody.
  if (path.empty() || path.starts_with('/') || path.starts_with("..")) return {};
  std::error_code error;
  const std::filesystem::path full = std::filesystem::path(tree) / path;
  if (!std::filesystem::is_regular_file(full, error)) return {};
  std::ifstream in(full);
  std::string out;
  bool found = false;
  uint32_t number = 0;
  for (std::string text; number < line + kAround && std::getline(in, text);) {
    ++number;
    if (number + kAround < line) continue;
    found = found || number == line;
    // Tabs are the kernel's indentation.
    for (size_t tab = text.find('\t'); tab != std::string::npos; tab = text.find('\t', tab))
      text.replace(tab, 1, "    ");
    out += fmt::format("{} {:>6} | {}\n", number == line ? '>' : ' ', number, escape_for_terminal(text));
  }
  return found ? out : std::string();
}

}  // namespace ktriage

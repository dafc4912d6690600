#include "bisect/built_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace ktriage {
namespace {

namespace fs = std::filesystem;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Objects in a folder of their own (O=) name sources by "../".
std::string_view without_climbing(std::string_view path) {
  for (;;) {
    if (path.starts_with("./")) {
      path.remove_prefix(2);
    } else if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else {
      return path;
    }
  }
}

}  // namespace

bool is_tracked_source(std::string_view path) {
  return path.ends_with(".c") || path.ends_with(".h") || path.ends_with(".S");
}

bool decides_what_is_built(std::string_view path) {
  const std::string_view name = name_of(path);
  return name.starts_with("Kconfig") || name.starts_with("Makefile") || name.starts_with("Kbuild") ||
         name.ends_with("defconfig") || name.ends_with(".config");
}

void add_built_files(std::string_view command_file, FileSet& files) {
  constexpr std::string_view kBlank = " \t\r\n\\()";
  for (size_t at = 0; (at = command_file.find_first_not_of(kBlank, at)) != std::string_view::npos;) {
    const size_t end = std::min(command_file.find_first_of(kBlank, at), command_file.size());
    const std::string_view word = command_file.substr(at, end - at);
    if (is_tracked_source(word)) files.emplace(without_climbing(word));
    at = end;
  }
}

FileSet read_built_files(const fs::path& tree) {
  FileSet files;
  std::error_code error;
  fs::recursive_directory_iterator entry(tree, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == ".git") entry.disable_recursion_pending();
    if (!name.starts_with('.') || !name.ends_with(".cmd")) continue;
    std::ifstream in(entry->path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    add_built_files(text, files);
  }
  return error ? FileSet() : files;
}

}  // namespace ktriage

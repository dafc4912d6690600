#include "parser/guilty_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "parser/text_cursor.h"

namespace ktriage {
namespace {

constexpr bool is_path(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-' || c == '.' ||
         c == '/';
}

bool is_source(std::string_view path) {
  const auto stem_of = [&](std::string_view ending) {
    return path.ends_with(ending) && path.size() > ending.size() + 1;
  };
  return stem_of(".c") || stem_of(".h") || stem_of(".rs");
}

/// The first "dir/file.c:123" of a line, without the number.
std::optional<std::string_view> source_of(std::string_view line) {
  for (size_t colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':', colon + 1)) {
    if (colon + 1 >= line.size() || !is_digit(line[colon + 1])) continue;
    size_t start = colon;
    while (start > 0 && is_path(line[start - 1])) --start;
    const auto path = line.substr(start, colon - start);
    if (is_source(path)) return path;
  }
  return std::nullopt;
}

std::string clean(std::string_view path) { return std::filesystem::path(path).lexically_normal().string(); }

std::string directory_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

/// In a directory below `directory`?
bool is_deeper(std::string_view path, std::string_view directory) {
  if (directory.empty() || !path.starts_with(directory) || path.size() <= directory.size()) return false;
  const auto rest = path.substr(directory.size());
  return rest.front() == '/' && rest.find('/', 1) != std::string_view::npos;
}

class Search {
 public:
  explicit Search(const GuiltyFileRules& rules) : rules_(rules) {}

  void visit(std::string_view file) {
    const std::string path = clean(file);
    if (first_.empty()) first_ = path;
    if (rules_.generic.matches(path)) return;
    if (!guilty_.empty() && !is_deeper(path, directory_)) return;
    guilty_ = path;
    directory_ = directory_of(path);
  }

  bool found() const { return !guilty_.empty(); }
  std::string result() const { return found() ? guilty_ : first_; }

 private:
  const GuiltyFileRules& rules_;
  std::string first_;
  std::string guilty_;
  std::string directory_;
};

Search search_lines(const GuiltyFileRules& rules, const std::vector<std::string_view>& lines, size_t from) {
  Search search(rules);
  for (size_t i = from; i < lines.size(); ++i) {
    const auto file = source_of(lines[i]);
    if (file && !rules.ignored_lines.matches(lines[i])) search.visit(*file);
  }
  return search;
}

}  // namespace

std::string find_guilty_file(const GuiltyFileRules& rules, std::string_view title,
                             const std::vector<std::string_view>& lines) {
  if (rules.interrupted.matches(title)) {
    const auto interrupt =
        std::find_if(lines.begin(), lines.end(), [&](std::string_view line) { return rules.interrupts.matches(line); });
    const Search below = search_lines(rules, lines, static_cast<size_t>(interrupt - lines.begin()));
    if (below.found()) return below.result();
  }
  return search_lines(rules, lines, 0).result();
}

std::string find_guilty_file(const GuiltyFileRules& rules, std::string_view title, const std::vector<Stack>& stacks) {
  std::vector<std::string> texts;
  for (const auto& stack : stacks) {
    for (const auto& frame : stack.frames) {
      if (frame.reliable) texts.push_back(frame.function + "+0x0 " + frame.file + ":" + std::to_string(frame.line));
    }
  }
  return find_guilty_file(rules, title, std::vector<std::string_view>(texts.begin(), texts.end()));
}

}  // namespace ktriage

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// The path without ".", "..", and doubled slashes, as far as that can be told from its letters: "a/b/../c" → "a/c".
std::string tidy_path(std::string_view path);

/// How to show paths of the source tree: relative to it.
class SourceRoots {
 public:
  SourceRoots() = default;
  /// `file`: a tidied path of DWARF that is known to stand at `place` of the tree ("init/main.c").
  void learn(std::string_view file, std::string_view place);

  /// `path` without the root that it starts with; paths elsewhere stay whole.
  std::string_view shorten(std::string_view path) const;

 private:
  std::vector<std::string> roots_;  // each with a slash behind
};

}  // namespace ktriage

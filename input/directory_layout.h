#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input/input.h"

namespace ktriage {

/// A regular file of a directory.
struct DirectoryFile {
  std::string name;
  uint64_t size = 0;
  int64_t mtime_ns = 0;
};

/// The regular files of one directory, before and after those who know its layout have taken theirs.
struct DirectoryContent {
  std::string path;
  std::string shown;
  std::vector<DirectoryFile> files;  ///< sorted by name; those that nobody has taken
  std::vector<InputUnit> groups;     ///< what was made of those that were
  uint64_t passed_over = 0;          ///< files taken because they are no logs
};

/// A unit of the files named by `parts`, which leave `content.files`. REQUIRES: `parts` is sorted.
void take_group(DirectoryContent& content, InputUnit::Format format, const std::vector<std::string>& parts);

/// Takes out the files for which `is_no_log` holds.
template <typename Predicate>
void pass_over_if(DirectoryContent& content, Predicate is_no_log) {
  content.passed_over += std::erase_if(content.files, [&](const DirectoryFile& file) { return is_no_log(file.name); });
}

/// Applies all layouts that are known: syzkaller's crash directories (syzkaller_layout.h), pstore's (pstore.h) and
/// ABRT's (abrt.h).
void apply_layouts(DirectoryContent& content);

}  // namespace ktriage

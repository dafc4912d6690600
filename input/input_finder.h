#pragma once

#include <functional>
#include <string>
#include <vector>

#include "input/input_file.h"

namespace ktriage {

/// Who hears of what is found.
struct FinderSink {
  std::function<bool(InputFile&&)> file;  ///< false: stop
  std::function<void(const std::string& name, std::string reason)> fail;
  /// What is no file to read: devices, sockets, links.
  std::function<void(const std::string& name)> pass_over;
};

/// Finds the files in `paths`: those that are files themselves, and in directories at any depth those that may hold
/// logs (directory_layout.h). In the order given, within a directory by name. Symbolic links are followed where they
/// are named, never where they are found: what they lead to is found by its own name, or not in the tree. "-" is the
/// standard input. Reads names only, no file. Memory: one directory's names per level.
void find_inputs(const std::vector<std::string>& paths, const FinderSink& sink);

}  // namespace ktriage

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ktriage {

/// A directory of its own, which goes with all in it when this goes.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  /// Without symbolic links.
  const std::filesystem::path& path() const { return path_; }

  /// Writes a file, and the directories that it is in. Returns its path.
  std::string write(const std::string& name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace ktriage

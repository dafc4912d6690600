#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bisect/cancellation.h"
#include "bisect/child_process.h"
#include "rules/result.h"

namespace ktriage {

/// Runs the `git` program in one directory, in the C locale, never asking anything.
class Git {
 public:
  explicit Git(std::filesystem::path directory) : directory_(std::move(directory)) {}

  struct Answer {
    int status = 0;  ///< exit status; -1: git did not end by itself
    std::string out;
    std::string err;
  };

  /// Whatever comes of it. Waits for at most ten minutes.
  Answer ask(const std::vector<std::string>& arguments) const;
  /// Its output; an error if it fails, with git's own words.
  Result<std::string> run(const std::vector<std::string>& arguments) const;
  /// The same without the line end behind the last line.
  Result<std::string> line(const std::vector<std::string>& arguments) const;

  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

/// The lines of `text`, without their ends.
std::vector<std::string> split_lines(std::string_view text);

}  // namespace ktriage

#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "bisect/made_history.h"

namespace ktriage::test {

/// What a command printed on both streams. Its exit status is left aside: git bisect uses it to talk.
std::string output_of(const std::string& shell_command);

/// A git repository to try things in: a bare one of its own, gone with this object.
class GitRepository {
 public:
  /// Of a history made up. Names of commits follow from the history alone.
  static GitRepository of(const std::vector<MadeCommit>& history);
  /// A copy of an existing one's branch; empty (see has_commits) if there is none.
  static GitRepository clone(const std::filesystem::path& path);

  GitRepository(GitRepository&& other) noexcept : directory_(std::exchange(other.directory_, {})) {}
  GitRepository& operator=(GitRepository&&) = delete;
  ~GitRepository();

  /// What `git ARGUMENTS` prints in it. The arguments are a shell's, and ours.
  std::string git(const std::string& arguments) const;
  bool has_commits() const;

 private:
  GitRepository();
  std::filesystem::path directory_;  // empty once moved from
};

}  // namespace ktriage::test

#pragma once

#include <filesystem>
#include <string>

#include "bisect/git.h"
#include "rules/result.h"

namespace ktriage {

/// A checkout of one worker's own, beside its repository, never the user's. Files that git ignores (objects) stay from
/// commit to commit, so that builds are incremental. Holds nothing in memory: after a crash of ours it is what is on
/// disk.
class Worktree {
 public:
  /// Makes the worktree at `path` if it is not there, for `commit`: the repository's HEAD may be a branch that it does
  /// not have.
  static Result<Worktree> open(const std::filesystem::path& repository, const std::filesystem::path& path,
                               const std::string& commit);

  /// Takes the worktree at `path` away, if there is one, and has the repository forget it.
  static void remove(const std::filesystem::path& repository, const std::filesystem::path& path);

  const std::filesystem::path& path() const { return git_.directory(); }

  /// Puts the files of `commit` there; whatever stood in the way goes.
  Result<std::string> checkout(const std::string& commit) const;
  /// Removes everything that `commit` does not hold, objects too.
  Result<std::string> clean() const;
  /// Applies the change of a commit on top, or takes it back; of a merge that against its first parent. False if that
  /// does not go smoothly, or changes nothing; the files are then as before. HEAD and all refs stay as they are.
  bool apply(const std::string& commit) const { return merge(commit + "^", commit); }
  bool revert(const std::string& commit) const { return merge(commit, commit + "^"); }

 private:
  explicit Worktree(std::filesystem::path path) : git_(std::move(path)) {}
  /// Adds what differs between two commits to the files.
  bool merge(const std::string& from, const std::string& to) const;

  Git git_;
};

}  // namespace ktriage

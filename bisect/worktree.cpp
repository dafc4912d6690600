#include "bisect/worktree.h"

#include <fstream>
#include <string_view>

namespace ktriage {
namespace {

namespace fs = std::filesystem;

/// One of the worktree's own, not of its repository.
void remove_git_file(const Git& git, const char* name) {
  const auto path = git.line({"rev-parse", "--git-path", name});
  std::error_code error;
  if (path) fs::remove(git.directory() / path.value(), error);
}

/// A git that was killed leaves its lock behind. Nobody else uses this worktree (the state directory is locked).
void remove_stale_locks(const Git& git) {
  for (const char* const name : {"index.lock", "HEAD.lock"}) remove_git_file(git, name);
}

/// The repository knows it, and it the repository.
bool is_worktree_of(const fs::path& repository, const Git& git) {
  std::error_code error;
  if (!fs::exists(git.directory(), error)) return false;
  const auto top = git.line({"rev-parse", "--show-toplevel"});
  const auto own = git.line({"rev-parse", "--path-format=absolute", "--git-common-dir"});
  const auto common = Git(repository).line({"rev-parse", "--path-format=absolute", "--git-common-dir"});
  return top && own && common && fs::equivalent(top.value(), git.directory(), error) &&
         fs::equivalent(own.value(), common.value(), error);
}

/// Takes away what the repository remembers of the worktree at `place`: spoilt, it would stand in git's way.
void forget(const fs::path& place) {
  constexpr std::string_view kKey = "gitdir: ";
  std::ifstream in(place / ".git");
  std::string line;
  if (!std::getline(in, line) || !line.starts_with(kKey)) return;
  const fs::path memory = line.substr(kKey.size());
  std::error_code error;
  if (memory.parent_path().filename() == "worktrees") fs::remove_all(memory, error);
}

}  // namespace

Result<Worktree> Worktree::open(const fs::path& repository, const fs::path& path, const std::string& commit) {
  const fs::path place = fs::absolute(path).lexically_normal();
  std::error_code error;
  fs::create_directories(place.parent_path(), error);
  Worktree worktree(place);
  if (is_worktree_of(repository, worktree.git_)) {
    remove_stale_locks(worktree.git_);
    return worktree;
  }
  // A half-made one, one that is spoilt or that its repository has forgotten, holds nothing worth keeping.
  forget(place);
  fs::remove_all(place, error);
  const auto made =
      Git(repository)
          .run({"worktree", "add", "--force", "--force", "--detach", "--no-checkout", place.string(), commit});
  if (!made) return made.errors();
  return worktree;
}

Result<std::string> Worktree::checkout(const std::string& commit) const {
  auto done = git_.run({"checkout", "--quiet", "--force", "--detach", commit, "--"});
  if (!done) {
    // Files that git ignores may stand where the commit has a directory, or the other way round. And a machine that
    // went down may have spoilt the index, which says no more than what is there.
    remove_stale_locks(git_);
    remove_git_file(git_, "index");
    git_.ask({"clean", "-ffdxq"});
    done = git_.run({"checkout", "--quiet", "--force", "--detach", commit, "--"});
  }
  if (!done) return done;
  return git_.run({"clean", "-ffdq"});
}

void Worktree::remove(const fs::path& repository, const fs::path& path) {
  const fs::path place = fs::absolute(path).lexically_normal();
  std::error_code error;
  if (!fs::exists(place, error)) return;
  Git(repository).ask({"worktree", "remove", "--force", "--force", place.string()});
  fs::remove_all(place, error);
}

Result<std::string> Worktree::clean() const { return git_.run({"clean", "-ffdxq"}); }

bool Worktree::merge(const std::string& from, const std::string& to) const {
  // What cherry-pick and revert do, without their commits and their notes in the form of refs: git takes a lock of the
  // whole repository to delete a ref, and one that is killed meanwhile leaves it in the user's way.
  const auto before = git_.line({"write-tree"});
  if (!before) return false;
  const bool merged = git_.ask({"merge-recursive", from, "--", before.value(), to}).status == 0;
  const auto after = git_.line({"write-tree"});
  if (merged && after && after.value() != before.value()) return true;
  git_.ask({"read-tree", "--reset", "-u", before.value()});
  git_.ask({"clean", "-ffdq"});
  return false;
}

}  // namespace ktriage

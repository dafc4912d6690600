#pragma once

#include <filesystem>
#include <string>

#include "input/file_descriptor.h"
#include "rules/result.h"

namespace ktriage {

/// Where a bisection keeps all that it must not lose. Locked for as long as this lives; a process that dies, however it
/// does, lets go of the lock.
class StateDirectory {
 public:
  /// Makes the directory if need be. An error if another process uses it.
  static Result<StateDirectory> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path journal() const { return path_ / "journal.ndjson"; }
  std::filesystem::path text_log() const { return path_ / "bisect.log"; }
  std::filesystem::path git_log() const { return path_ / "git-bisect.log"; }
  std::filesystem::path result() const { return path_ / "result.json"; }
  std::filesystem::path logs() const { return path_ / "logs"; }
  std::filesystem::path builds() const { return path_ / "builds"; }
  /// vmlinux and modules of a build.
  std::filesystem::path symbols(const std::string& build) const { return path_ / "symbols" / build; }
  /// Where the crash points to, as found out once.
  std::filesystem::path places() const { return path_ / "crash-places.json"; }
  std::filesystem::path worktree(int worker) const {
    return path_ / "worktrees" / ("worker-" + std::to_string(worker));
  }
  /// Tells the processes of this bisection from all others, across restarts.
  const std::string& mark() const { return mark_; }

 private:
  std::filesystem::path path_;
  FileDescriptor lock_;
  std::string mark_;
};

/// Has all files below `path` written to the disk. False if that failed.
bool sync_tree(const std::filesystem::path& path);

/// Tells one start of the machine from all others; empty if the system does not say.
std::string boot_id();

/// Replaces `path` as a whole: after a crash the file is the old one or the new one. Synced to the disk.
Result<std::string> write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace ktriage

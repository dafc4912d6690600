#include "bisect/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>

namespace ktriage {
namespace {

namespace fs = std::filesystem;

Diagnostic failure(const fs::path& path, const std::string& what) {
  return {path.string(), 0, 0, what + ": " + std::generic_category().message(errno)};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

void sync_directory(const fs::path& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) fsync(fd.get());
}

}  // namespace

Result<StateDirectory> StateDirectory::open(const fs::path& path) {
  StateDirectory state;
  std::error_code error;
  state.path_ = fs::absolute(path).lexically_normal();
  for (const auto& directory :
       {state.path_, state.logs(), state.builds(), state.path_ / "symbols", state.path_ / "worktrees"}) {
    fs::create_directories(directory, error);
    if (error) return Diagnostic{directory.string(), 0, 0, "cannot make the directory: " + error.message()};
  }
  state.path_ = fs::canonical(state.path_, error);
  const fs::path lock = state.path_ / "lock";
  state.lock_ = FileDescriptor(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!state.lock_) return failure(lock, "cannot be opened");
  if (flock(state.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return Diagnostic{state.path_.string(), 0, 0,
                      "another bisection is using this state directory; end it, or give "
                      "another one with --state"};
  }
  // The inode tells directories apart that are named alike, on this machine and until it is removed: long enough.
  struct stat about {};
  fstat(state.lock_.get(), &about);
  state.mark_ = state.path_.string() + ":" + std::to_string(about.st_ino) + ":";
  return state;
}

bool sync_tree(const fs::path& path) {
  bool good = true;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_symlink(error) || !(entry->is_regular_file(error) || entry->is_directory(error))) continue;
    const FileDescriptor fd(open(entry->path().c_str(), O_RDONLY | O_CLOEXEC));
    good = fd && fsync(fd.get()) == 0 && good;
  }
  sync_directory(path);
  return good && !error;
}

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string out;
  std::getline(in, out);
  return out;
}

Result<std::string> write_file_atomically(const fs::path& path, std::string_view text) {
  fs::path draft = path;
  draft += ".new";
  {
    const FileDescriptor fd(open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!fd || !write_all(fd.get(), text) || fsync(fd.get()) != 0) return failure(draft, "cannot be written");
  }
  if (rename(draft.c_str(), path.c_str()) != 0) return failure(path, "cannot be written");
  sync_directory(path.parent_path());
  return std::string(text);
}

}  // namespace ktriage

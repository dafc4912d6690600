#include "input/directory_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "input/directory_layout.h"
#include "input/file_kind.h"

namespace ktriage {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using DirectoryHandle = std::unique_ptr<DIR, CloseDirectory>;

std::string join(const std::string& directory, std::string_view name) {
  std::string out = directory;
  if (!out.ends_with('/')) out += '/';
  return out += name;
}

class Walk {
 public:
  Walk(std::string root, const InputLimits& limits, FoundInputs& found)
      : root_(std::move(root)), limits_(limits), found_(found) {}

  void visit(const std::string& path, const std::string& shown, int depth) {
    if (depth > limits_.directory_depth) return note(shown, "directories too deep; not read");
    DirectoryContent content{path, shown, {}, {}, 0};
    std::vector<std::string> directories;
    if (!list(content, directories)) return;
    apply_layouts(content);
    found_.passed_over += content.passed_over;
    std::move(content.groups.begin(), content.groups.end(), std::back_inserter(found_.units));
    for (const DirectoryFile& file : content.files) {
      found_.units.push_back(
          {InputUnit::Format::File, join(path, file.name), join(shown, file.name), {}, file.size, file.mtime_ns});
    }
    for (const std::string& name : directories) visit(join(path, name), join(shown, name), depth + 1);
  }

 private:
  void note(const std::string& shown, std::string reason) {
    found_.problems.push_back({shown, 0, 0, std::move(reason)});
  }

  void note_error(const std::string& shown, int code) {
    note(shown, "cannot read: " + std::generic_category().message(code));
  }

  /// Sorts what stands in the directory into files, `directories` and notes.
  bool list(DirectoryContent& content, std::vector<std::string>& directories) {
    const int fd = open(content.path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const DirectoryHandle handle(fd >= 0 ? fdopendir(fd) : nullptr);
    if (!handle) return note_error(content.shown, errno), false;
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(handle.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) note_error(content.shown, errno);
    std::sort(names.begin(), names.end());
    for (std::string& name : names) add(dirfd(handle.get()), std::move(name), content, directories);
    return true;
  }

  void add(int directory, std::string&& name, DirectoryContent& content, std::vector<std::string>& directories) {
    struct stat status {};
    if (fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return note_error(join(content.shown, name), errno);
    }
    if (S_ISREG(status.st_mode)) {
      content.files.push_back({std::move(name), static_cast<uint64_t>(status.st_size), mtime_ns(status)});
    } else if (S_ISDIR(status.st_mode)) {
      directories.push_back(std::move(name));
    } else if (!S_ISLNK(status.st_mode)) {
      note(join(content.shown, name), std::string(kind_name(status.st_mode)) + "; not read");
    } else if (!is_link_inside(join(content.path, name))) {
      note(join(content.shown, name), "symbolic link out of the tree, or to nothing; not followed");
    }
  }

  /// What a link into the tree names is found by itself.
  bool is_link_inside(const std::string& path) const {
    const std::unique_ptr<char, decltype(&free)> target(realpath(path.c_str(), nullptr), free);
    if (!target) return false;
    const std::string_view name = target.get();
    return name == root_ || name.starts_with(join(root_, ""));
  }

  const std::string root_;
  const InputLimits& limits_;
  FoundInputs& found_;
};

}  // namespace

void walk_directory(const std::string& path, const std::string& shown, const InputLimits& limits, FoundInputs& found) {
  Walk(path, limits, found).visit(path, shown, 0);
}

}  // namespace ktriage

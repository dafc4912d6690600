#include "input/input_finder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "input/directory_layout.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

constexpr int kDepth = 64;  // of directories below the one that was named

int64_t mtime_of(const struct stat& status) {
  return static_cast<int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::string reason_of(int code) { return "cannot read: " + std::generic_category().message(code); }

class Finder {
 public:
  explicit Finder(const FinderSink& sink) : sink_(sink) {}

  /// False: stop.
  bool find(const std::string& path) {
    if (path == "-") return sink_.file({path, {path}, 0, 0, true});
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
      const int code = errno;
      sink_.fail(path, reason_of(code) + (code == ENOENT ? "; is the name right?" : ""));
      return true;
    }
    if (!S_ISDIR(status.st_mode)) {
      return sink_.file({path, {path}, static_cast<uint64_t>(status.st_size), mtime_of(status), true});
    }
    return walk(path, 0);
  }

 private:
  bool walk(const std::string& directory, int depth) {
    if (depth > kDepth) return sink_.fail(directory, "directories are nested too deeply"), true;
    std::vector<std::string> names;
    if (!list(directory, names)) return true;
    std::vector<std::string> contextual;
    std::vector<FileGroup> groups;
    std::vector<std::string> directories;
    for (const auto& name : names) {
      const std::string path = join(directory, name);
      struct stat status {};
      if (lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
        directories.push_back(name);
      } else if (!S_ISREG(status.st_mode)) {
        sink_.pass_over(path);
      } else {
        if (is_contextual(name) || is_evidence(name)) contextual.push_back(name);
        if (!is_contextual(name)) groups.push_back({name});
      }
    }
    for (auto& group : arrange(contextual)) groups.push_back(std::move(group));
    std::sort(groups.begin(), groups.end());
    for (const auto& group : groups) {
      if (!hand_out(directory, group)) return false;
    }
    return std::all_of(directories.begin(), directories.end(),
                       [&](const std::string& name) { return walk(join(directory, name), depth + 1); });
  }

  bool list(const std::string& directory, std::vector<std::string>& names) {
    std::error_code error;
    for (fs::directory_iterator at(directory, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      names.push_back(at->path().filename().native());
    }
    if (error) sink_.fail(directory, reason_of(error.value()));
    std::sort(names.begin(), names.end());
    return !error || !names.empty();
  }

  static std::string join(const std::string& directory, const std::string& name) {
    return directory.ends_with('/') ? directory + name : directory + "/" + name;
  }

  bool hand_out(const std::string& directory, const FileGroup& group) {
    InputFile file;
    file.name = join(directory, group.front());
    for (const auto& name : group) {
      file.parts.push_back(join(directory, name));
      struct stat status {};
      if (stat(file.parts.back().c_str(), &status) != 0) continue;  // gone: opening it says so
      file.size += static_cast<uint64_t>(status.st_size);
      file.mtime_ns = std::max(file.mtime_ns, mtime_of(status));
    }
    return sink_.file(std::move(file));
  }

  const FinderSink& sink_;
};

}  // namespace

void find_inputs(const std::vector<std::string>& paths, const FinderSink& sink) {
  Finder finder(sink);
  for (const auto& path : paths) {
    if (!finder.find(path)) return;
  }
}

}  // namespace ktriage

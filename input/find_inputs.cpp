#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>

#include "input/byte_source.h"
#include "input/directory_walk.h"
#include "input/file_kind.h"
#include "input/input.h"

namespace ktriage {
namespace {

void note(FoundInputs& found, const std::string& shown, std::string reason) {
  found.problems.push_back({shown, 0, 0, std::move(reason)});
}

std::string absolute_path(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

/// The path without symbolic links. What has none, as the pipe behind /dev/fd/63, keeps its name.
std::string canonical_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&free)> resolved(realpath(path.c_str(), nullptr), free);
  return resolved ? std::string(resolved.get()) : absolute_path(path);
}

void find_below(const std::string& path, const InputLimits& limits, FoundInputs& found) {
  if (path == "-") return found.units.push_back({InputUnit::Format::File, "-", display_name(path), {}, 0, 0});
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    const int code = errno;
    return note(
        found, path,
        "cannot read: " + std::generic_category().message(code) + (code == ENOENT ? "; is the name right?" : ""));
  }
  if (S_ISDIR(status.st_mode)) return walk_directory(canonical_path(path), path, limits, found);
  // A pipe that someone names is meant, as in `triage <(zcat x)`; one in a directory is not.
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
    return note(found, path, std::string(kind_name(status.st_mode)) + "; not read");
  }
  found.units.push_back({InputUnit::Format::File,
                         canonical_path(path),
                         path,
                         {},
                         static_cast<uint64_t>(status.st_size),
                         mtime_ns(status)});
}

/// Each file once: of two units for a file the first one found stays, and a group's parts are no units of their own.
void keep_each_once(std::vector<InputUnit>& units) {
  std::stable_sort(units.begin(), units.end(), [](const InputUnit& a, const InputUnit& b) {
    return a.path != b.path ? a.path < b.path : a.parts < b.parts;
  });
  const auto same = [](const InputUnit& a, const InputUnit& b) { return a.path == b.path && a.parts == b.parts; };
  units.erase(std::unique(units.begin(), units.end(), same), units.end());
  std::set<std::string> parts;
  for (const InputUnit& unit : units) {
    for (const std::string& part : unit.parts) parts.insert(unit.path + "/" + part);
  }
  if (parts.empty()) return;
  std::erase_if(units, [&](const InputUnit& unit) { return unit.parts.empty() && parts.count(unit.path) > 0; });
}

}  // namespace

FoundInputs find_inputs(std::span<const std::string> paths, const InputLimits& limits) {
  FoundInputs found;
  for (const std::string& path : paths) find_below(path, limits, found);
  keep_each_once(found.units);
  return found;
}

}  // namespace ktriage

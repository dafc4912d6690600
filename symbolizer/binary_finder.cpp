#include "symbolizer/binary_finder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "symbolizer/child_process.h"
#include "symbolizer/decompress.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 200000;  // a directory given by mistake must not keep us walking for hours

/// "foo.ko.xz" → "foo.ko": the name that the file's debug information goes by.
std::string without_compression(std::string path) {
  for (const std::string_view end : {".xz", ".zst", ".gz"}) {
    if (path.ends_with(end)) path.resize(path.size() - end.size());
  }
  return path;
}

/// "kernel/fs/foo-bar.ko.xz" → "foo_bar"; empty if it is no module.
std::string module_name(const fs::path& path) {
  std::string name = without_compression(path.filename());
  if (name.ends_with(".debug")) name.resize(name.size() - 6);
  if (!name.ends_with(".ko")) return {};
  name.resize(name.size() - 3);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// "12ab…" below `root`: root/.build-id/12/ab….debug
std::string build_id_path(const std::string& root, std::string_view id) {
  if (id.size() < 2) return {};
  return root + "/.build-id/" + std::string(id.substr(0, 2)) + "/" + std::string(id.substr(2)) + ".debug";
}

}  // namespace

Result<ElfFile> open_perhaps_compressed(const std::string& path) {
  auto mapped = MappedFile::open(path);
  if (!mapped) return mapped.errors();
  if (!is_compressed_file(mapped->bytes())) return ElfFile::open(path);
  auto inflated = inflate_file(mapped->bytes());
  if (!inflated) return Diagnostic{path, 0, 0, inflated.errors().front().message};
  return ElfFile::keep(std::move(inflated.value()), path);
}

BinaryFinder::BinaryFinder(SearchPlaces places, std::string vmlinux)
    : places_(std::move(places)), vmlinux_(std::move(vmlinux)) {}

void BinaryFinder::add_file(const std::string& path) {
  const std::string name = module_name(path);
  if (!name.empty()) modules_[name].push_back(path);
}

void BinaryFinder::add_directory(const std::string& directory) {
  std::error_code error;
  size_t seen = 0;
  auto entry = fs::recursive_directory_iterator(directory, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator() && ++seen < kMaxFiles; entry.increment(error)) {
    if (entry->path().native().find(".ko") == std::string::npos) continue;
    if (entry->is_regular_file(error)) add_file(entry->path());
  }
}

/// A kernel's build tree lists its modules in modules.order (as .ko, since 6.2 as .o).
bool BinaryFinder::add_build_tree(const std::string& directory) {
  std::ifstream order(directory + "/modules.order");
  if (!order) return false;
  for (std::string line; std::getline(order, line);) {
    const fs::path path = fs::path(directory) / fs::path(line).replace_extension(".ko");
    if (is_there(path)) add_file(path);
  }
  return true;
}

void BinaryFinder::index_modules() {
  indexed_ = true;
  for (const auto& directory : places_.module_directories) add_directory(directory);
  if (!places_.module_directories.empty()) return;
  const fs::path vmlinux = fs::absolute(vmlinux_);
  const fs::path directory = vmlinux.parent_path();
  if (add_build_tree(directory)) return;
  // /usr/lib/debug/boot/vmlinux-R has its modules in /usr/lib/debug/lib/modules/R, and so on.
  const std::string file = vmlinux.filename();
  if (file.starts_with("vmlinux-")) {
    for (const char* place : {"lib/modules", "usr/lib/modules"}) {
      const fs::path modules = directory.parent_path() / place / file.substr(8);
      if (is_there(modules)) return add_directory(modules);
    }
  } else if (is_there(directory / "kernel")) {
    add_directory(directory / "kernel");  // /usr/lib/debug/lib/modules/R/vmlinux
  }
}

Result<ElfFile> BinaryFinder::find_module(std::string_view name, std::string_view build_id) {
  if (!indexed_) index_modules();
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  std::optional<ElfFile> best;
  int best_score = -1;
  Diagnostics errors;
  const auto found = modules_.find(key);
  for (const auto& path : found == modules_.end() ? std::vector<std::string>() : found->second) {
    auto file = open_perhaps_compressed(path);
    if (!file) {
      errors.push_back(file.errors().front());
      continue;
    }
    const bool same = build_id.empty() || file->build_id() == build_id;
    const int score = (same ? 2 : 0) + (file->has_debug_info() ? 1 : 0);
    if (score <= best_score) continue;
    best = std::move(file.value());
    best_score = score;
    if (score == 3) break;
  }
  if (best_score < 2) {
    if (auto other = find_debug_file(std::string(build_id), {})) return std::move(*other);
  }
  if (best) return with_debug_info(std::move(*best));
  if (!errors.empty()) return errors;
  return Diagnostic{std::string(name), 0, 0,
                    places_.module_directories.empty() ? "module not found; --modules DIR says where modules lie"
                                                       : "module not found in the directories of --modules"};
}

std::optional<ElfFile> BinaryFinder::find_debug_file(const std::string& id,
                                                     const std::vector<std::string>& places) const {
  if (id.size() < 8) return std::nullopt;
  std::vector<std::string> paths = {build_id_path(places_.debug_root, id)};
  for (const auto& directory : places_.module_directories) paths.push_back(build_id_path(directory, id));
  paths.insert(paths.end(), places.begin(), places.end());
  for (const auto& path : paths) {
    if (auto debug = open_debug_file(path, id)) return debug;
  }
  if (!places_.debuginfod) return std::nullopt;
  const auto answer = run_to_end({"debuginfod-find", "debuginfo", id}, std::chrono::seconds(90));
  return answer ? open_debug_file(answer->substr(0, answer->find('\n')), id) : std::nullopt;
}

std::optional<ElfFile> BinaryFinder::open_debug_file(const std::string& path, const std::string& build_id) const {
  if (!is_there(path)) return std::nullopt;
  auto file = open_perhaps_compressed(path);
  if (!file || !file->has_debug_info() || file->build_id() != build_id) return std::nullopt;
  return std::move(file.value());
}

ElfFile BinaryFinder::with_debug_info(ElfFile file) const {
  if (file.has_debug_info()) return file;
  const std::string id = file.build_id();
  const fs::path self = fs::absolute(without_compression(file.name()));
  std::vector<std::string> places = {build_id_path(self.parent_path(), id)};
  if (const std::string link(file.debug_link()); !link.empty() && link.find('/') == std::string::npos) {
    places.push_back(self.parent_path() / link);
    places.push_back(self.parent_path() / ".debug" / link);
    places.push_back(places_.debug_root + self.parent_path().native() + "/" + link);
  }
  std::vector<std::string> mirrored = {self.native()};
  // /lib is a link to /usr/lib, or a tree was unpacked elsewhere: distributions' debug packages know one name only.
  if (const size_t at = self.native().rfind("/lib/modules/"); at != std::string::npos) {
    const std::string tail = self.native().substr(at);
    mirrored.insert(mirrored.end(), {tail, "/usr" + tail});
  }
  for (const auto& path : mirrored) {
    places.push_back(places_.debug_root + path);
    places.push_back(places_.debug_root + path + ".debug");
  }
  if (auto debug = find_debug_file(id, places)) return std::move(*debug);
  return file;
}

std::vector<std::string> BinaryFinder::vmlinux_candidates(std::string_view release, const std::string& debug_root) {
  std::vector<std::string> found;
  const std::string r(release);
  if (r.empty() || r.find('/') != std::string::npos) return found;
  const fs::path debug(debug_root + "/");
  const fs::path root("/");
  const std::string image = "vmlinux-" + r;
  for (const fs::path& path :
       {debug / "boot" / image, debug / "boot" / (image + ".debug"),  // Debian, Ubuntu; SUSE
        debug / "lib/modules" / r / "vmlinux", debug / "usr/lib/modules" / r / "vmlinux",
        debug / "usr/lib/modules" / r / "vmlinux.debug", root / "lib/modules" / r / "build/vmlinux",
        root / "boot" / image, root / "usr/lib/modules" / r / "vmlinux"}) {
    if (is_there(path)) found.push_back(path);
  }
  return found;
}

}  // namespace ktriage

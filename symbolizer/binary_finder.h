#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/elf_file.h"

namespace ktriage {

/// Where a kernel's files may lie.
struct SearchPlaces {
  std::vector<std::string> module_directories;  ///< as the user gave them; searched first
  std::string debug_root = "/usr/lib/debug";    ///< of the distribution's -dbg packages
  bool debuginfod = false;                      ///< ask `debuginfod-find`, which reads $DEBUGINFOD_URLS
};

/// Finds a kernel's binaries: modules by name, debug information that was split off by build-id
/// (.build-id/12/34….debug), by .gnu_debuglink, or from a debuginfod server.
class BinaryFinder {
 public:
  BinaryFinder(SearchPlaces places, std::string vmlinux);

  /// The module's file, decompressed if need be, with debug information if any file of that name has some. `build_id`:
  /// what the log says, or empty; a file with another one is passed over unless there is no better, nor anything by
  /// that id.
  Result<ElfFile> find_module(std::string_view name, std::string_view build_id);

  /// `file`, or the file that holds the debug information which was split off it.
  ElfFile with_debug_info(ElfFile file) const;

  /// Files that may be the vmlinux of `release`, the likeliest first; only those that exist.
  static std::vector<std::string> vmlinux_candidates(std::string_view release, const std::string& debug_root);

 private:
  void index_modules();
  void add_directory(const std::string& directory);
  bool add_build_tree(const std::string& directory);
  void add_file(const std::string& path);
  /// The file with the debug information of a build: in build-id trees, at one of `places`, or from debuginfod.
  std::optional<ElfFile> find_debug_file(const std::string& build_id, const std::vector<std::string>& places) const;
  std::optional<ElfFile> open_debug_file(const std::string& path, const std::string& build_id) const;

  SearchPlaces places_;
  std::string vmlinux_;
  bool indexed_ = false;
  std::map<std::string, std::vector<std::string>, std::less<>> modules_;  // by name with underscores
};

/// An ELF file, or one inside .xz, .zst, .gz.
Result<ElfFile> open_perhaps_compressed(const std::string& path);

}  // namespace ktriage

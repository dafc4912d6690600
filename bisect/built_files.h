#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace ktriage {

using FileSet = std::set<std::string, std::less<>>;

/// The sources and headers that went into a build, from the .*.cmd files that the kernel's Kbuild
/// (scripts/Kbuild.include, scripts/basic/fixdep.c) leaves beside its objects. Paths are relative to the tree. Empty if
/// there are no such files, so that nothing is known.
FileSet read_built_files(const std::filesystem::path& tree);

/// What one .cmd file mentions. For tests.
void add_built_files(std::string_view command_file, FileSet& files);

/// A kind of file of which those that a build used are all known: .c, .h, .S.
bool is_tracked_source(std::string_view path);

/// A change of such a file may change what is built: Kconfig, Makefile, Kbuild, defconfig.
bool decides_what_is_built(std::string_view path);

}  // namespace ktriage

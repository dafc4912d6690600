#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/symbolizer.h"

namespace ktriage::test {

/// A file of the pretend kernel (tests/symbolizer_kernel), "vmlinux" and so on; empty where it was not built.
std::string kernel_file(std::string_view name);

/// Ends the test, loudly, where the pretend kernel was not built.
#define SKIP_WITHOUT_KERNEL() \
  if (::ktriage::test::kernel_file("vmlinux").empty()) GTEST_SKIP() << "the pretend kernel was not built: no gcc"

/// Line in `source` (relative to tests/symbolizer_kernel) that carries the comment LINE(mark).
uint32_t line_of(std::string_view source, std::string_view mark);

/// "init/main.c:12" for that line, as it is printed.
std::string at(std::string_view source, std::string_view mark);

/// Where MARK(name) stands in the code of `file`; fails the test if it is not there.
uint64_t marked_address(const ElfFile& file, std::string_view name);

/// The symbolizer's answer as text: "innermost lib/helper.h:7 [inline] < use_nested lib/nested.c:5".
std::string to_text(const std::vector<SourcePlace>& places);
std::string to_text(const Resolution& resolution);

/// A symbolizer for a file of the pretend kernel; fails the test if it cannot be opened. Warnings go to `warnings`.
std::unique_ptr<Symbolizer> open_symbolizer(std::string_view file, SymbolizerOptions options = {},
                                            std::vector<std::string>* warnings = nullptr);

/// "function+0x12/0x34" for a marked address.
std::string mention_of(const KernelBinary& binary, std::string_view mark, int64_t further = 0);

/// What `symbolizer` makes of a log.
std::string symbolized(Symbolizer* symbolizer, std::string_view log);

/// A directory of its own, removed with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  std::string path() const { return path_.native(); }
  std::string operator/(std::string_view name) const { return (path_ / name).native(); }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view bytes);

}  // namespace ktriage::test

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ktriage::test {

// Consoles of a pretend driver, written from the kernel's format strings.

/// A general protection fault in widget_poll as a symbolizer left it: inlined frames, registers, code, modules; ends
/// with an end marker. Context T311.
std::string fault_log();

/// A refcount-like warning in gadget_put: context T42, end marker.
std::string warning_log();

/// A kernel that boots and is well.
std::string clean_log();

/// A directory of its own that goes away with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  /// Writes a file and returns its full name.
  std::string write(const std::string& name, std::string_view bytes) const;
  std::string name(const std::string& file) const { return (path_ / file).string(); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace ktriage::test

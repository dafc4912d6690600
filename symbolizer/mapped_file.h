#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rules/result.h"

namespace ktriage {

/// A file's bytes, as a read-only mapping: nothing is read before it is looked at.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::string_view bytes() const { return {data_, size_}; }

  /// Gives the pages that were looked at back to the system; they come again when they are needed.
  void forget_pages() const;

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace ktriage

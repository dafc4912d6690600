#pragma once

#include <archive.h>

#include <memory>
#include <string>

#include "input/byte_stream.h"

namespace ktriage {

using ArchiveHandle = std::unique_ptr<archive, int (*)(archive*)>;

/// Lets libarchive read from a ByteStream. Must outlive the handle that it feeds.
class ArchiveFeed {
 public:
  explicit ArchiveFeed(ByteStream& source) : source_(source) {}

  /// A handle without any format and filter.
  static ArchiveHandle make_handle();

  /// Opens `handle`, which seeks if the source can. Returns libarchive's status.
  int open(archive* handle);

  /// Interrupted or Failed if the source is to blame that libarchive went no further.
  ByteStream::State state() const { return state_; }

  /// What went wrong, in words: the source's if it failed, else libarchive's.
  std::string reason(archive* handle) const;

 private:
  static la_ssize_t read(archive* handle, void* data, const void** buffer);
  static la_int64_t seek(archive* handle, void* data, la_int64_t offset, int whence);
  static la_int64_t skip(archive* handle, void* data, la_int64_t count);

  ByteStream& source_;
  ByteStream::State state_ = ByteStream::State::Data;  // of the last read
  uint64_t position_ = 0;
};

}  // namespace ktriage

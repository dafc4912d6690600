#include "input/decompressor.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

namespace ktriage {
namespace {

using State = ByteSource::State;

struct Feed {
  ByteSource& source;
  State state = State::Data;  // of the last read
};

la_ssize_t feed_bytes(archive* /*handle*/, void* data, const void** buffer) {
  auto& feed = *static_cast<Feed*>(data);
  std::string_view bytes;
  feed.state = feed.source.read(bytes);
  *buffer = bytes.data();
  const bool broken = feed.state == State::Failed || feed.state == State::Interrupted;
  return broken ? la_ssize_t{ARCHIVE_FATAL} : static_cast<la_ssize_t>(bytes.size());
}

using Handle = std::unique_ptr<archive, int (*)(archive*)>;

// One filter, so that what comes out is not decompressed once more.
int support_filter(archive* handle, Compression compression) {
  switch (compression) {
    case Compression::Gzip:
      return archive_read_support_filter_gzip(handle);
    case Compression::Xz:
      return archive_read_support_filter_xz(handle);
    case Compression::Zstd:
      return archive_read_support_filter_zstd(handle);
    case Compression::Bzip2:
      return archive_read_support_filter_bzip2(handle);
    case Compression::None:
      break;
  }
  return ARCHIVE_FATAL;
}

Handle open_archive(Compression compression, Feed& feed) {
  Handle handle(archive_read_new(), archive_read_free);
  support_filter(handle.get(), compression);
  archive_read_support_format_raw(handle.get());
  archive_read_support_format_empty(handle.get());
  archive_read_open(handle.get(), &feed, nullptr, feed_bytes, nullptr);
  return handle;
}

/// Reads all of the one entry that a raw "archive" has. Returns libarchive's status.
int read_entry(archive* handle, const std::function<void(std::string_view)>& sink) {
  archive_entry* entry = nullptr;
  if (const int status = archive_read_next_header(handle, &entry); status != ARCHIVE_OK) return status;
  // Bytes that no filter recognised would come through as they are.
  if (archive_filter_count(handle) < 2) return ARCHIVE_FATAL;
  while (true) {
    const void* block = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(handle, &block, &size, &offset);
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return status;
    sink(std::string_view(static_cast<const char*>(block), size));
  }
}

}  // namespace

ByteSource::State decompress(Compression compression, ByteSource& source,
                             const std::function<void(std::string_view)>& sink, std::string& error) {
  Feed feed{source};
  const Handle handle = open_archive(compression, feed);
  const int status = read_entry(handle.get(), sink);
  if (feed.state == State::Failed || feed.state == State::Interrupted) return feed.state;
  if (status == ARCHIVE_EOF) return State::End;
  const char* reason = archive_error_string(handle.get());
  error = reason != nullptr ? reason : "not what its first bytes announce";
  return State::Failed;
}

}  // namespace ktriage

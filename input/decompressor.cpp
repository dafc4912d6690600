#include "input/decompressor.h"

#include <archive_entry.h>

#include "input/archive_feed.h"
#include "input/gzip_decoder.h"

namespace ktriage {
namespace {

// One filter, so that what comes out is not decompressed once more.
int support_filter(archive* handle, Compression compression) {
  switch (compression) {
    case Compression::Xz:
      return archive_read_support_filter_xz(handle);
    case Compression::Zstd:
      return archive_read_support_filter_zstd(handle);
    case Compression::Bzip2:
      return archive_read_support_filter_bzip2(handle);
    case Compression::Gzip:
    case Compression::None:
      break;
  }
  return ARCHIVE_FATAL;
}

/// The one entry of a raw "archive".
class Decompressor : public ByteStream {
 public:
  Decompressor(Compression compression, ByteStream& source) : feed_(source), handle_(ArchiveFeed::make_handle()) {
    support_filter(handle_.get(), compression);
    archive_read_support_format_raw(handle_.get());
    archive_read_support_format_empty(handle_.get());
  }

  State read(std::string_view& bytes) override {
    bytes = {};
    if (!opened_) {
      opened_ = true;
      archive_entry* entry = nullptr;
      feed_.open(handle_.get());
      const int status = archive_read_next_header(handle_.get(), &entry);
      if (status != ARCHIVE_OK) return state_after(status);
      // Bytes that no filter recognised would come through as they are.
      if (archive_filter_count(handle_.get()) < 2) return state_after(ARCHIVE_FATAL);
    }
    const void* block = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(handle_.get(), &block, &size, &offset);
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return state_after(status);
    bytes = std::string_view(static_cast<const char*>(block), size);
    return State::Data;
  }

  std::string reason() const override { return feed_.reason(handle_.get()); }

 private:
  State state_after(int status) const {
    if (feed_.state() == State::Failed || feed_.state() == State::Interrupted) return feed_.state();
    return status == ARCHIVE_EOF ? State::End : State::Failed;
  }

  ArchiveFeed feed_;
  ArchiveHandle handle_;
  bool opened_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> make_decoder(Compression compression, ByteStream& source) {
  if (compression == Compression::Gzip) return make_gzip_decoder(source);
  return std::make_unique<Decompressor>(compression, source);
}

}  // namespace ktriage

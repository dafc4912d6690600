#include "input/archive_feed.h"

#include <cstdio>
#include <stdexcept>

namespace ktriage {

using State = ByteStream::State;

ArchiveHandle ArchiveFeed::make_handle() {
  ArchiveHandle handle(archive_read_new(), archive_read_free);
  if (!handle) throw std::runtime_error("archive_read_new");
  return handle;
}

int ArchiveFeed::open(archive* handle) {
  archive_read_set_callback_data(handle, this);
  archive_read_set_read_callback(handle, read);
  if (source_.size()) {
    archive_read_set_seek_callback(handle, seek);
    archive_read_set_skip_callback(handle, skip);
  }
  return archive_read_open1(handle);
}

std::string ArchiveFeed::reason(archive* handle) const {
  if (state_ == State::Failed) return source_.reason();
  const char* words = archive_error_string(handle);
  return words != nullptr ? words : "not what its first bytes announce";
}

la_ssize_t ArchiveFeed::read(archive* /*handle*/, void* data, const void** buffer) {
  auto& feed = *static_cast<ArchiveFeed*>(data);
  std::string_view bytes;
  // After its end a source is not asked again, but libarchive may do so with us.
  if (feed.state_ == State::Data) feed.state_ = feed.source_.read(bytes);
  *buffer = bytes.data();
  feed.position_ += bytes.size();
  if (feed.state_ != State::Failed && feed.state_ != State::Interrupted) return static_cast<la_ssize_t>(bytes.size());
  return ARCHIVE_FATAL;
}

la_int64_t ArchiveFeed::seek(archive* /*handle*/, void* data, la_int64_t offset, int whence) {
  auto& feed = *static_cast<ArchiveFeed*>(data);
  const auto size = static_cast<la_int64_t>(feed.source_.size().value_or(0));
  const la_int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? static_cast<la_int64_t>(feed.position_) : size;
  la_int64_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0) return ARCHIVE_FATAL;
  if (feed.state_ == State::Failed || feed.state_ == State::Interrupted) return ARCHIVE_FATAL;
  if (!feed.source_.seek(static_cast<uint64_t>(target))) return ARCHIVE_FATAL;
  feed.state_ = State::Data;
  feed.position_ = static_cast<uint64_t>(target);
  return target;
}

la_int64_t ArchiveFeed::skip(archive* handle, void* data, la_int64_t count) {
  auto& feed = *static_cast<ArchiveFeed*>(data);
  // Beyond the end nothing could tell any more that the archive is cut off: libarchive then reads and finds out.
  const auto left = static_cast<la_int64_t>(feed.source_.size().value_or(0)) - static_cast<la_int64_t>(feed.position_);
  if (count <= 0 || count > left || seek(handle, data, count, SEEK_CUR) < 0) return 0;
  return count;
}

}  // namespace ktriage

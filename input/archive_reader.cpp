#include "input/archive_reader.h"

#include <archive_entry.h>

#include "input/archive_feed.h"
#include "input/memory_reader.h"
#include "input/source_name.h"
#include "input/syzkaller_layout.h"

namespace ktriage {
namespace {

using State = ByteStream::State;

/// Archivers that know no time, or leave it out, write the first that their format has: 1970, or 1980 in a zip.
std::optional<int64_t> time_of(archive_entry* entry) {
  constexpr int64_t kFirstLinux = 683'078'400;  // 1991-08-25: no kernel crashed before
  if (archive_entry_mtime_is_set(entry) == 0 || archive_entry_mtime(entry) < kFirstLinux) return std::nullopt;
  return archive_entry_mtime(entry);
}

/// The data of the entry whose header was read last.
class MemberReader : public ByteStream {
 public:
  MemberReader(archive* handle, const ArchiveFeed& feed) : handle_(handle), feed_(feed) {}

  State read(std::string_view& bytes) override {
    bytes = {};
    while (true) {
      const void* block = nullptr;
      size_t size = 0;
      la_int64_t offset = 0;  // holes of sparse files are left out: they hold no text
      const int status = archive_read_data_block(handle_, &block, &size, &offset);
      // A wrong size or checksum is a warning that comes before the end.
      if (status == ARCHIVE_WARN) warning_ = feed_.reason(handle_);
      if (status == ARCHIVE_EOF) return warning_.empty() ? State::End : State::Failed;
      if (status == ARCHIVE_RETRY) continue;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failed();
      if (size == 0) continue;
      bytes = std::string_view(static_cast<const char*>(block), size);
      return State::Data;
    }
  }

  std::string reason() const override { return warning_.empty() ? feed_.reason(handle_) : warning_; }

 private:
  State failed() const { return feed_.state() == State::Interrupted ? State::Interrupted : State::Failed; }

  archive* handle_;
  const ArchiveFeed& feed_;
  std::string warning_;
};

/// One pass over an archive.
class ArchiveReader {
 public:
  ArchiveReader(ContentKind kind, ByteStream& reader, const Origin& origin, ReadContext& context)
      : kind_(kind),
        seekable_(reader.size().has_value()),
        origin_(origin),
        context_(context),
        feed_(reader),
        handle_(ArchiveFeed::make_handle()) {
    support_format();
  }

  ContentEnd read() {
    if (feed_.open(handle_.get()) != ARCHIVE_OK) return end_early();
    while (true) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(handle_.get(), &entry);
      if (status == ARCHIVE_EOF) return damaged_ ? ContentEnd::Damaged : ContentEnd::Whole;
      if (status == ARCHIVE_RETRY) continue;
      if (status == ARCHIVE_FATAL) return end_early();
      if (!context_.sink.keep_going()) return ContentEnd::Interrupted;
      if (!context_.budget.spend_member()) return damage(origin_.member, context_.budget.reason());
      if (status == ARCHIVE_FAILED) {
        damage(name_of(entry), feed_.reason(handle_.get()));
        continue;
      }
      if (const auto end = read_member(entry); end) return *end;
    }
  }

 private:
  void support_format() {
    switch (kind_) {
      case ContentKind::Cpio:
        archive_read_support_format_cpio(handle_.get());
        break;
      case ContentKind::Zip:
        archive_read_support_format_zip(handle_.get());
        break;
      case ContentKind::SevenZip:
        archive_read_support_format_7zip(handle_.get());
        break;
      default:
        archive_read_support_format_tar(handle_.get());
        break;
    }
  }

  ContentEnd damage(const std::string& member, const std::string& reason) {
    damaged_ = true;
    context_.sink.damaged(member, reason);
    return ContentEnd::Damaged;
  }

  /// The archive itself goes no further.
  ContentEnd end_early() {
    if (feed_.state() == State::Interrupted) return ContentEnd::Interrupted;
    // The member in which the archive broke off has said why.
    if (last_member_damaged_) return ContentEnd::Damaged;
    return damage(origin_.member, feed_.reason(handle_.get()));
  }

  std::string name_of(archive_entry* entry) const {
    // In which of the two libarchive has a name depends on the format and the locale.
    const char* name = entry != nullptr ? archive_entry_pathname(entry) : nullptr;
    if (name == nullptr && entry != nullptr) name = archive_entry_pathname_utf8(entry);
    std::string own = name != nullptr ? name : "(member without a name)";
    if (own.size() > context_.limits.name_bytes) own.resize(context_.limits.name_bytes);
    return origin_.member.empty() ? own : origin_.member + "/" + own;
  }

  /// Nothing if the next member may follow.
  std::optional<ContentEnd> read_member(archive_entry* entry) {
    last_member_damaged_ = false;
    const auto type = archive_entry_filetype(entry);
    if (type == AE_IFDIR) return std::nullopt;
    Origin member{name_of(entry), std::nullopt, 1, origin_.archives + 1, true};
    // A hard link with data, as cpio has them, is a file; without, its data stands elsewhere in the archive.
    const bool link = archive_entry_hardlink(entry) != nullptr && archive_entry_size(entry) == 0;
    if (link || type != AE_IFREG || is_source_name(member.member) || syzkaller_.is_no_log(member.member)) {
      context_.sink.passed_over(member.member);
      return drain();
    }
    if (archive_entry_is_data_encrypted(entry) > 0) {
      damage(member.member, "is encrypted");
      return std::nullopt;
    }
    member.time_s = time_of(entry);
    MemberReader data(handle_.get(), feed_);
    BudgetReader counted(data, context_.budget);
    // What a decoder outside has counted is not counted twice.
    const bool packed = kind_ == ContentKind::Zip || kind_ == ContentKind::SevenZip;
    const ContentEnd end = read_content(packed ? static_cast<ByteStream&>(counted) : data, member, context_);
    if (end == ContentEnd::Interrupted) return end;
    if (end == ContentEnd::Damaged) damaged_ = last_member_damaged_ = true;
    if (context_.budget.spent()) return ContentEnd::Damaged;
    return end == ContentEnd::Whole ? drain() : std::nullopt;
  }

  /// Passes over what is left of a member, under the budget where that takes decoding.
  std::optional<ContentEnd> drain() {
    if (seekable_ && kind_ != ContentKind::SevenZip) return std::nullopt;  // libarchive seeks
    const bool packed = kind_ == ContentKind::Zip || kind_ == ContentKind::SevenZip;
    MemberReader data(handle_.get(), feed_);
    BudgetReader counted(data, context_.budget);
    ByteStream& rest = packed ? static_cast<ByteStream&>(counted) : data;
    std::string_view bytes;
    State state = rest.read(bytes);
    for (; state == State::Data; state = rest.read(bytes)) {
      if (!context_.sink.keep_going()) return ContentEnd::Interrupted;
    }
    if (state == State::Interrupted) return ContentEnd::Interrupted;
    if (context_.budget.spent()) return damage(origin_.member, context_.budget.reason());
    return std::nullopt;
  }

  const ContentKind kind_;
  const bool seekable_;
  const Origin& origin_;
  ReadContext& context_;
  ArchiveFeed feed_;
  ArchiveHandle handle_;
  SyzkallerMembers syzkaller_;
  bool damaged_ = false;
  bool last_member_damaged_ = false;
};

/// 7z keeps its index at the end: one that cannot be sought in is held in memory.
ContentEnd read_held_archive(ContentKind kind, ByteStream& reader, const Origin& origin, ReadContext& context) {
  std::string held;
  std::string_view bytes;
  State state = reader.read(bytes);
  for (; state == State::Data; state = reader.read(bytes)) {
    if (!context.sink.keep_going()) return ContentEnd::Interrupted;
    if (held.size() + bytes.size() > context.limits.held_bytes) {
      context.sink.damaged(
          origin.member,
          "is a 7z archive inside another file, and too large to be kept in memory; unpack it and name it by itself");
      return ContentEnd::Damaged;
    }
    held += bytes;
  }
  if (state == State::Interrupted) return ContentEnd::Interrupted;
  if (state == State::Failed) {
    context.sink.damaged(origin.member, reader.reason());
    return ContentEnd::Damaged;
  }
  MemoryReader memory(held);
  return ArchiveReader(kind, memory, origin, context).read();
}

}  // namespace

ContentEnd read_archive(ContentKind kind, ByteStream& reader, const Origin& origin, ReadContext& context) {
  if (kind == ContentKind::SevenZip && !reader.size()) return read_held_archive(kind, reader, origin, context);
  return ArchiveReader(kind, reader, origin, context).read();
}

}  // namespace ktriage

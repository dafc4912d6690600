#include "input/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "input/content_router.h"
#include "input/directory_layout.h"
#include "input/pstore_reader.h"

namespace ktriage {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;
constexpr int kNesting = 2;  // an archive, and those in it

using Handle = std::unique_ptr<archive, int (*)(archive*)>;

/// Formats and filters by name: "all" would run programs.
Handle new_handle() {
  Handle handle(archive_read_new(), archive_read_free);
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_cpio(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_support_format_7zip(handle.get());
  archive_read_support_format_empty(handle.get());
  archive_read_support_format_raw(handle.get());
  return handle;
}

std::string reason_of(archive* handle) {
  const char* reason = archive_error_string(handle);
  return std::string("damaged archive: ") + (reason != nullptr ? reason : "not what its first bytes announce");
}

la_ssize_t read_source(archive* /*handle*/, void* data, const void** buffer) {
  std::string_view bytes;
  const auto state = static_cast<ByteSource*>(data)->read(bytes);
  *buffer = bytes.data();
  const bool broken = state == ByteSource::State::Failed || state == ByteSource::State::Interrupted;
  return broken ? la_ssize_t{ARCHIVE_FATAL} : static_cast<la_ssize_t>(bytes.size());
}

std::string name_of(archive_entry* entry, uint64_t number) {
  const char* name = archive_entry_pathname(entry);
  // In the C locale libarchive has no such form of a name that the archive marks as UTF-8.
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  return name == nullptr || *name == '\0' ? fmt::format("entry {}", number) : std::string(name);
}

std::pair<std::string, std::string> split(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {{}, path};
  return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

}  // namespace

/// One archive: the outer one, or one that is a member of it.
class ArchiveReader::Level {
 public:
  Level(ArchiveReader& reader, LogHeader header, int depth)
      : reader_(reader), header_(std::move(header)), depth_(depth), handle_(new_handle()) {}

  bool open(const std::string& path, ByteSource& source) {
    const int status = path == "-" ? archive_read_open(handle_.get(), &source, nullptr, read_source, nullptr)
                                   : archive_read_open_filename(handle_.get(), path.c_str(), kPieceBytes);
    return note_open(status);
  }

  /// A member of `outer`, of which `head` was read already. Both must outlive this.
  bool open(Level& outer, const std::string& head) {
    outer_ = &outer;
    head_ = &head;
    return note_open(archive_read_open(handle_.get(), this, nullptr, read_outer, nullptr));
  }

  /// False: interrupted, or over a limit that ends the outermost archive too.
  bool read() {
    bool go_on = true;
    archive_entry* entry = nullptr;
    while (go_on) {
      const int status = archive_read_next_header(handle_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        if (!stopped_) reader_.sink_.fail(header_.member, reason_of(handle_.get()));
        break;
      }
      go_on = read_member(entry);
    }
    // What was held back is complete now, as far as it ever will be.
    return read_deferred() && go_on && !stopped_;
  }

 private:
  struct Deferred {
    std::string bytes;
    std::optional<std::chrono::sys_seconds> seen;
    bool is_read = false;  // only its name matters: it is a log that was read already
  };

  bool note_open(int status) {
    if (status != ARCHIVE_OK) reader_.sink_.fail(header_.member, reason_of(handle_.get()));
    return status == ARCHIVE_OK;
  }

  static la_ssize_t read_outer(archive* /*handle*/, void* data, const void** buffer) {
    auto& self = *static_cast<Level*>(data);
    if (self.head_ != nullptr) {
      *buffer = self.head_->data();
      return static_cast<la_ssize_t>(std::exchange(self.head_, nullptr)->size());
    }
    std::string_view bytes;
    if (!self.outer_->read_piece(bytes)) return ARCHIVE_FATAL;
    *buffer = bytes.data();
    return static_cast<la_ssize_t>(bytes.size());
  }

  std::string full_name(const std::string& name) const {
    return header_.member.empty() ? name : header_.member + "!" + name;
  }

  /// The archive as a whole is refused: what follows of it and of what is around it is not read.
  bool refuse(std::string reason) {
    reader_.sink_.fail(header_.member, std::move(reason));
    for (Level* level = this; level != nullptr; level = level->outer_) level->stopped_ = true;
    return false;
  }

  bool read_member(archive_entry* entry) {
    if (reader_.interrupt_.raised()) return stopped_ = true, false;
    const InputLimits& limits = reader_.limits_;
    if (++reader_.members_ > limits.members) {
      return refuse(fmt::format("more than {} members; the rest is not read", limits.members));
    }
    const bool is_log_itself = archive_format(handle_.get()) == ARCHIVE_FORMAT_RAW;
    if (!is_log_itself && archive_entry_filetype(entry) == AE_IFDIR) return true;
    std::string name = is_log_itself ? std::string() : name_of(entry, reader_.members_);
    if (name.size() > limits.name) {
      reader_.sink_.fail(full_name(fmt::format("entry {}", reader_.members_)),
                         fmt::format("its name is longer than {} bytes", limits.name));
      return true;
    }
    LogHeader header = header_;
    if (!is_log_itself) header.member = full_name(name);
    if (archive_entry_mtime_is_set(entry) != 0 && archive_entry_mtime(entry) > 0) {
      header.seen = std::chrono::sys_seconds(std::chrono::seconds(archive_entry_mtime(entry)));
    }
    const bool is_file =
        is_log_itself || (archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr);
    if (!is_file) return reader_.sink_.pass_over(header.member), true;
    if (archive_entry_is_data_encrypted(entry) != 0) {
      reader_.sink_.fail(header.member, "encrypted");
      return true;
    }
    const auto [directory, base] = split(name);
    if (is_evidence(base)) deferred_[directory][base].is_read = true;
    if (is_contextual(base) && deferred_bytes_ < limits.deferred) return defer(directory, base, header);
    return read_content(std::move(header));
  }

  /// Reads the member's next bytes; none at its end. False: it is damaged, or a limit is broken (stopped_).
  bool read_piece(std::string_view& bytes) {
    const la_ssize_t count = archive_read_data(handle_.get(), piece_.data(), piece_.size());
    if (count < 0) return false;
    bytes = std::string_view(piece_.data(), static_cast<size_t>(count));
    reader_.unpacked_ += bytes.size();
    return is_within_limits();
  }

  bool is_within_limits() {
    const InputLimits& limits = reader_.limits_;
    const Level* outermost = this;
    while (outermost->outer_ != nullptr) outermost = outermost->outer_;
    const la_int64_t packed = archive_filter_bytes(outermost->handle_.get(), -1);
    const bool bomb = reader_.unpacked_ > limits.ratio_from && packed > 0 &&
                      reader_.unpacked_ / static_cast<uint64_t>(packed) > limits.ratio;
    if (bomb) {
      return refuse(
          fmt::format("grows more than {} times when unpacked: taken for a bomb, the rest is not read", limits.ratio));
    }
    if (reader_.unpacked_ <= limits.unpacked) return true;
    return refuse(fmt::format("unpacks to more than {} bytes; the rest is not read", limits.unpacked));
  }

  bool read_content(LogHeader header) {
    ContentRouter router(reader_.sink_, header, BinaryFiles::PassedOver);
    std::string_view bytes;
    while (true) {
      if (!read_piece(bytes)) {
        router.fail(stopped_ ? "not read to its end" : reason_of(handle_.get()));
        return !stopped_;
      }
      if (bytes.empty()) break;
      if (!router.write(bytes)) break;
    }
    if (!router.is_packed()) router.finish();
    return router.is_packed() ? read_packed(std::move(header), router.head()) : !stopped_;
  }

  bool read_packed(LogHeader header, const std::string& head) {
    if (depth_ >= kNesting) {
      reader_.sink_.fail(header.member, "archives nested more than once are not read");
      return true;
    }
    Level inner(reader_, std::move(header), depth_ + 1);
    if (inner.open(*this, head)) inner.read();
    return !stopped_;
  }

  bool defer(const std::string& directory, const std::string& base, const LogHeader& header) {
    Deferred& deferred = deferred_[directory][base];
    deferred = {{}, header.seen, false};
    std::string_view bytes;
    do {
      if (!read_piece(bytes)) {
        if (!stopped_) reader_.sink_.fail(header.member, reason_of(handle_.get()));
        break;
      }
      deferred.bytes += bytes;
      deferred_bytes_ += bytes.size();
    } while (!bytes.empty() && deferred_bytes_ < reader_.limits_.deferred);
    return !stopped_;
  }

  bool read_deferred() {
    for (auto& [directory, files] : deferred_) {
      std::vector<std::string> names;
      for (const auto& [name, file] : files) names.push_back(name);
      for (const auto& group : arrange(names)) {
        if (reader_.interrupt_.raised()) return false;
        read_group(directory, group, files);
      }
    }
    return true;
  }

  void read_group(const std::string& directory, const FileGroup& group, std::map<std::string, Deferred>& files) {
    if (group.front().starts_with("dmesg-")) {
      std::vector<PstoreRecord> records;
      for (const auto& name : group) records.push_back({name, std::move(files[name].bytes), files[name].seen});
      return read_pstore(std::move(records), full_name(directory), reader_.sink_);
    }
    for (const auto& name : group) {
      ContentRouter router(reader_.sink_, {full_name(directory + name), files[name].seen, {}}, BinaryFiles::PassedOver);
      router.write(files[name].bytes);
      if (router.is_packed()) {
        reader_.sink_.pass_over(full_name(directory + name));
      } else {
        router.finish();
      }
    }
  }

  ArchiveReader& reader_;
  LogHeader header_;
  int depth_;
  Handle handle_;
  Level* outer_ = nullptr;
  const std::string* head_ = nullptr;  // of the member that this is, until libarchive has it
  bool stopped_ = false;
  std::array<char, kPieceBytes> piece_{};
  std::map<std::string, std::map<std::string, Deferred>> deferred_;  // by directory and name
  size_t deferred_bytes_ = 0;
};

bool ArchiveReader::read(const std::string& path, ByteSource& source, const LogHeader& header) {
  const auto level = std::make_unique<Level>(*this, header, 1);
  if (level->open(path, source)) level->read();
  return !interrupt_.raised();
}

}  // namespace ktriage

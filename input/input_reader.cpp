#include "input/input_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "input/archive_reader.h"
#include "input/byte_source.h"
#include "input/compression.h"
#include "input/content_router.h"
#include "input/gzip_decoder.h"
#include "input/pstore_reader.h"

namespace ktriage {
namespace {

using State = ByteSource::State;

constexpr size_t kMostRecord = 4U * 1024 * 1024;  // of pstore; firmware gives kilobytes

class Reader {
 public:
  Reader(const InputFile& file, const InputLimits& limits, const Interrupt& interrupt, LogSink& sink)
      : file_(file), limits_(limits), interrupt_(interrupt), sink_(sink) {
    if (file.mtime_ns > 0) header_.seen = seconds_of(file.mtime_ns);
  }

  ReadEnd read() {
    if (is_pstore()) return read_records();
    Result<ByteSource> source = ByteSource::open(file_.parts.front(), interrupt_);
    if (!source) return sink_.fail({}, source.errors().front().message), ReadEnd::Complete;
    std::string_view head;
    const State state = source->peek(kContentHeadBytes, head);
    if (state == State::Interrupted) return ReadEnd::Interrupted;
    if (state == State::Failed) return sink_.fail({}, source->error().message), ReadEnd::Complete;
    const bool can_reopen = source->is_regular_file() && file_.parts.front() != "-";
    if (can_reopen && detect_compression(head) == Compression::Gzip) return read_gzip(source.value());
    const ContentKind kind = detect_content(head);
    if (kind == ContentKind::Archive || kind == ContentKind::Compressed) return read_archive(source.value());
    return read_plain(source.value());
  }

 private:
  static std::chrono::sys_seconds seconds_of(int64_t nanoseconds) {
    return std::chrono::floor<std::chrono::seconds>(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(nanoseconds)));
  }

  BinaryFiles binary() const { return file_.named ? BinaryFiles::Read : BinaryFiles::PassedOver; }

  ReadEnd read_plain(ByteSource& source) {
    ContentRouter router(sink_, header_, binary());
    std::string_view bytes;
    State state = source.read(bytes);
    while (state == State::Data && router.write(bytes)) state = source.read(bytes);
    if (state == State::Failed) {
      router.fail(source.error().message);
    } else {
      router.finish();
    }
    return state == State::Interrupted ? ReadEnd::Interrupted : ReadEnd::Complete;
  }

  ReadEnd read_archive(ByteSource& source) {
    const bool can_reopen = source.is_regular_file() && file_.parts.front() != "-";
    ArchiveReader archive(limits_, interrupt_, sink_);
    return archive.read(can_reopen ? file_.parts.front() : "-", source, header_) ? ReadEnd::Complete
                                                                                 : ReadEnd::Interrupted;
  }

  /// A log that was cut off while it was compressed is read to the last byte, which libarchive does not.
  ReadEnd read_gzip(ByteSource& source) {
    ContentRouter router(sink_, header_, binary());
    uint64_t unpacked = 0;
    bool bomb = false;
    bool useless = false;
    std::string damage;
    const State state = decode_gzip(
        source,
        [&](std::string_view bytes) {
          unpacked += bytes.size();
          bomb = unpacked > limits_.ratio_from && unpacked / std::max<uint64_t>(file_.size, 1) > limits_.ratio;
          useless = !router.write(bytes);
          return !bomb && !useless;
        },
        damage);
    if (router.is_packed()) return read_archive(source);
    if (state == State::Interrupted) return router.finish(), ReadEnd::Interrupted;
    if (bomb) {
      router.fail(
          fmt::format("grows more than {} times when unpacked: taken for a bomb, the rest is not read", limits_.ratio));
    } else if (state == State::Failed && !useless) {
      router.fail(damage.empty() ? source.error().message : "damaged compressed data (" + damage + ")");
    } else {
      router.finish();
    }
    // A short archive shows itself only at the end.
    return router.is_packed() ? read_archive(source) : ReadEnd::Complete;
  }

  bool is_pstore() const {
    if (file_.named) return false;
    const std::string& path = file_.parts.front();
    const std::string_view base = std::string_view(path).substr(path.rfind('/') + 1);
    return file_.parts.size() > 1 || (base.starts_with("dmesg-") && base.find('-', 6) != std::string_view::npos);
  }

  ReadEnd read_records() {
    std::vector<PstoreRecord> records;
    for (const auto& path : file_.parts) {
      Result<ByteSource> source = ByteSource::open(path, interrupt_);
      if (!source) {
        sink_.fail(path.substr(path.rfind('/') + 1), source.errors().front().message);
        continue;
      }
      PstoreRecord record{path.substr(path.rfind('/') + 1), {}, header_.seen};
      std::string_view bytes;
      State state = State::Data;
      while (record.bytes.size() < kMostRecord && (state = source->read(bytes)) == State::Data) record.bytes += bytes;
      if (state == State::Interrupted) return ReadEnd::Interrupted;
      if (state == State::Failed) sink_.fail(record.name, source->error().message);
      records.push_back(std::move(record));
    }
    read_pstore(std::move(records), {}, sink_);
    return ReadEnd::Complete;
  }

  const InputFile& file_;
  const InputLimits& limits_;
  const Interrupt& interrupt_;
  LogSink& sink_;
  LogHeader header_;
};

}  // namespace

ReadEnd read_input(const InputFile& file, const InputLimits& limits, const Interrupt& interrupt, LogSink& sink) {
  return Reader(file, limits, interrupt, sink).read();
}

}  // namespace ktriage

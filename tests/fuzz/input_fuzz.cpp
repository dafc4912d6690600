// Hostile files through the bytes stage: decoders, archives, journals and pstore records, from memory.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "input/content_kind.h"
#include "input/memory_reader.h"
#include "input/pstore.h"
#include "input/unit_reader.h"

namespace {

using namespace ktriage;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Gives a few bytes at a time, and cannot seek.
class Trickle : public ByteStream {
 public:
  Trickle(std::string_view all, size_t piece) : all_(all), piece_(piece) {}
  State read(std::string_view& bytes) override {
    bytes = all_.substr(0, piece_);
    all_.remove_prefix(bytes.size());
    return bytes.empty() ? State::End : State::Data;
  }
  std::string reason() const override { return {}; }

 private:
  std::string_view all_;
  size_t piece_;
};

class CheckingSink : public LogSink {
 public:
  void begin_log(const Start& start) override {
    require(!open_);
    open_ = true;
    out += "\n== " + start.member + "\n";
  }
  void bytes(std::string_view piece) override {
    require(open_);
    size += piece.size();
    out += piece;
  }
  void end_log() override {
    require(open_);
    open_ = false;
  }
  void damaged(const std::string& /*member*/, const std::string& reason) override {
    require(!reason.empty());
    ++damages;
  }
  bool keep_going() const override { return true; }
  bool open() const { return open_; }

  std::string out;
  size_t size = 0;
  size_t damages = 0;

 private:
  bool open_ = false;
};

InputLimits small_limits() {
  InputLimits limits;
  limits.members = 1000;
  limits.unpacked_bytes = 4 << 20;
  limits.log_bytes = 1 << 20;
  limits.ratio_from_bytes = 1 << 20;
  limits.held_bytes = 64 << 10;
  limits.name_bytes = 100;
  return limits;
}

CheckingSink read(ByteStream& stream, size_t consumed) {
  const InputLimits limits = small_limits();
  CheckingSink sink;
  Budget budget(limits, [consumed] { return consumed; });
  ReadContext context{limits, sink, budget};
  const ContentEnd end = read_content(stream, {}, context);
  require(end != ContentEnd::Interrupted && !sink.open());
  require((end == ContentEnd::Damaged) == (sink.damages > 0));
  // Twice: a nested archive's members come out of two decoders. Text beyond the plain file's comes out of the budget.
  require(sink.size <= limits.unpacked_bytes * 2 + consumed * 2 + (64 << 10));
  return sink;
}

void read_pstore(std::string_view data) {
  const InputLimits limits = small_limits();
  std::vector<PstoreRecord> records;
  while (!data.empty()) {
    const size_t end = data.find('\xfe');
    const std::string_view record = data.substr(0, end);
    const size_t name = record.find('\n');
    records.push_back({std::string(record.substr(0, name)),
                       std::string(record.substr(name == std::string_view::npos ? record.size() : name + 1)),
                       std::nullopt});
    data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
  }
  CheckingSink sink;
  Budget budget(limits, [] { return uint64_t{1}; });
  ReadContext context{limits, sink, budget};
  require(read_pstore_records(std::move(records), "", context) != ContentEnd::Interrupted);
  require(!sink.open());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  if (all.starts_with("dmesg-")) read_pstore(all);
  MemoryReader memory(all);
  read(memory, size);
  Trickle trickle(all, 7);
  const CheckingSink pieces = read(trickle, size);
  const ContentKind kind = detect_content(all);
  if (kind != ContentKind::JournalExport && kind != ContentKind::JournalJson) return 0;
  Trickle at_once(all, all.size());
  require(read(at_once, size).out == pieces.out);
  return 0;
}

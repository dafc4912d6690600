#include "input/gzip_decoder.h"

#define ZLIB_CONST  // zlib takes const input only then
#include <zlib.h>

#include <stdexcept>
#include <vector>

namespace ktriage {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;
constexpr int kGzipWindow = MAX_WBITS + 16;  // zlib's way to ask for the gzip format

class GzipDecoder : public ByteStream {
 public:
  explicit GzipDecoder(ByteStream& source) : source_(source), piece_(kPieceBytes) {
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::runtime_error("inflateInit2");
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  State read(std::string_view& bytes) override {
    bytes = {};
    if (damaged_) return State::Failed;
    while (bytes.empty()) {
      if (stream_.avail_in == 0 && !more_output_) {
        if (const State state = refill(); state != State::Data) return state;
      }
      if (between_members_ && !start_member()) continue;
      bytes = inflate_piece();
      if (damaged_ && bytes.empty()) return State::Failed;
    }
    return State::Data;
  }

  std::string reason() const override {
    if (source_failed_) return source_.reason();
    if (cut_off_) return "cut off";
    return stream_.msg != nullptr ? stream_.msg : "damaged";
  }

 private:
  State refill() {
    std::string_view input;
    const State state = source_.read(input);
    stream_.next_in = reinterpret_cast<const Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    source_failed_ = state == State::Failed;
    if (state != State::End || between_members_) return state;
    cut_off_ = true;
    return State::Failed;
  }

  /// False if what follows is no member but padding or rubbish, which gzip passes over as well.
  bool start_member() {
    if (stream_.avail_in == 0) return false;
    if (*stream_.next_in != 0x1f) rubbish_ = true;
    if (rubbish_) {
      stream_.avail_in = 0;
      return false;
    }
    inflateReset(&stream_);
    between_members_ = false;
    return true;
  }

  std::string_view inflate_piece() {
    stream_.next_out = piece_.data();
    stream_.avail_out = static_cast<uInt>(piece_.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    between_members_ = status == Z_STREAM_END;
    // Z_BUF_ERROR: it needs more input, as far as that goes.
    damaged_ = status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR;
    more_output_ = stream_.avail_out == 0 && !between_members_;
    return {reinterpret_cast<const char*>(piece_.data()), piece_.size() - stream_.avail_out};
  }

  ByteStream& source_;
  std::vector<Bytef> piece_;
  z_stream stream_{};
  bool more_output_ = false;  // zlib may hold some that had no room in the last piece
  bool between_members_ = false;
  bool rubbish_ = false;
  bool damaged_ = false;
  bool cut_off_ = false;
  bool source_failed_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> make_gzip_decoder(ByteStream& source) { return std::make_unique<GzipDecoder>(source); }

}  // namespace ktriage

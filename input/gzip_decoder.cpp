#include "input/gzip_decoder.h"

#define ZLIB_CONST  // zlib takes const input only then
#include <zlib.h>

#include <stdexcept>
#include <vector>

namespace ktriage {
namespace {

using State = ByteSource::State;

constexpr size_t kPieceBytes = 256 * 1024;
constexpr int kGzipWindow = MAX_WBITS + 16;  // zlib's way to ask for the gzip format

class Inflater {
 public:
  explicit Inflater(const std::function<void(std::string_view)>& sink) : sink_(sink), piece_(kPieceBytes) {
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::runtime_error("inflateInit2");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// False if the data is damaged.
  bool decode(std::string_view input) {
    stream_.next_in = reinterpret_cast<const Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    do {
      if (between_members_) {
        // What is no member is padding or rubbish, which gzip passes over as well.
        if (stream_.avail_in > 0 && *stream_.next_in != 0x1f) rubbish_ = true;
        if (stream_.avail_in == 0 || rubbish_) return true;
        inflateReset(&stream_);
        between_members_ = false;
      }
      if (!decode_piece()) return false;
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return true;
  }

  /// The input may end here.
  bool complete() const { return between_members_; }
  const char* reason() const { return stream_.msg != nullptr ? stream_.msg : "damaged"; }

 private:
  bool decode_piece() {
    stream_.next_out = piece_.data();
    stream_.avail_out = static_cast<uInt>(piece_.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    const size_t size = piece_.size() - stream_.avail_out;
    if (size > 0) sink_(std::string_view(reinterpret_cast<const char*>(piece_.data()), size));
    between_members_ = status == Z_STREAM_END;
    // Z_BUF_ERROR: it needs more input, as far as that goes.
    return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
  }

  const std::function<void(std::string_view)>& sink_;
  std::vector<Bytef> piece_;
  z_stream stream_{};
  bool between_members_ = false;
  bool rubbish_ = false;
};

}  // namespace

ByteSource::State decode_gzip(ByteSource& source, const std::function<void(std::string_view)>& sink,
                              std::string& error) {
  Inflater inflater(sink);
  std::string_view bytes;
  State state = source.read(bytes);
  for (; state == State::Data; state = source.read(bytes)) {
    if (inflater.decode(bytes)) continue;
    error = inflater.reason();
    return State::Failed;
  }
  if (state != State::End || inflater.complete()) return state;
  error = "cut off";
  return State::Failed;
}

}  // namespace ktriage

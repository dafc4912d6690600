#include "input/log_input.h"

#include "input/byte_source.h"
#include "input/compression.h"
#include "input/decompressor.h"
#include "input/gzip_decoder.h"

namespace ktriage {
namespace {

using State = ByteSource::State;

State read_plain(ByteSource& source, const std::function<void(std::string_view)>& sink) {
  std::string_view bytes;
  while (true) {
    const State state = source.read(bytes);
    if (state != State::Data) return state;
    sink(bytes);
  }
}

State read_compressed(Compression compression, ByteSource& source, const std::function<void(std::string_view)>& sink,
                      std::string& error) {
  if (compression == Compression::Gzip) return decode_gzip(source, sink, error);
  return decompress(compression, source, sink, error);
}

}  // namespace

Result<ReadEnd> read_log(const std::string& name, const Interrupt& interrupt,
                         const std::function<void(std::string_view)>& sink) {
  Result<ByteSource> source = ByteSource::open(name, interrupt);
  if (!source) return source.errors();
  std::string_view start;
  State state = source->peek(kCompressionMagicBytes, start);
  std::string damage;
  if (state == State::Data) {
    const Compression compression = detect_compression(start);
    state = compression == Compression::None ? read_plain(source.value(), sink)
                                             : read_compressed(compression, source.value(), sink, damage);
  }
  if (state == State::Interrupted) return ReadEnd::Interrupted;
  if (state != State::Failed) return ReadEnd::Complete;
  if (damage.empty()) return source->error();
  return Diagnostic{display_name(name), 0, 0,
                    "damaged compressed data (" + damage + "); only what precedes the damage was parsed"};
}

}  // namespace ktriage

#include "input/log_input.h"

#include "input/byte_source.h"
#include "input/compression.h"
#include "input/decompressor.h"

namespace ktriage {
namespace {

using State = ByteStream::State;

State read_all(ByteStream& reader, const std::function<void(std::string_view)>& sink) {
  std::string_view bytes;
  while (true) {
    const State state = reader.read(bytes);
    if (state != State::Data) return state;
    sink(bytes);
  }
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
    if (compression == Compression::None) {
      state = read_all(source.value(), sink);
    } else {
      const auto decoder = make_decoder(compression, source.value());
      state = read_all(*decoder, sink);
      if (state == State::Failed) damage = decoder->reason();
    }
  }
  if (state == State::Interrupted) return ReadEnd::Interrupted;
  if (state != State::Failed) return ReadEnd::Complete;
  if (source->failed()) return source->error();
  return Diagnostic{display_name(name), 0, 0,
                    "damaged compressed data (" + damage + "); only what precedes the damage was parsed"};
}

}  // namespace ktriage

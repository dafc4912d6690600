#include "cli/log_input.h"

#include "cli/byte_source.h"
#include "cli/compression.h"
#include "cli/decompressor.h"

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

}  // namespace

Result<ReadEnd> read_log(const std::string& name, const Interrupt& interrupt,
                         const std::function<void(std::string_view)>& sink) {
  Result<ByteSource> source = ByteSource::open(name, interrupt);
  if (!source) return source.errors();
  std::string_view start;
  State state = source->peek(kCompressionMagicBytes, start);
  std::string damage;
  if (state == State::Data) {
    const bool plain = detect_compression(start) == Compression::None;
    state = plain ? read_plain(source.value(), sink) : decompress(source.value(), sink, damage);
  }
  if (state == State::Interrupted) return ReadEnd::Interrupted;
  if (state != State::Failed) return ReadEnd::Complete;
  if (damage.empty()) return source->error();
  return Diagnostic{name, 0, 0, "damaged compressed data (" + damage + "); only what precedes the damage was parsed"};
}

}  // namespace ktriage

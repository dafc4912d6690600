#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ktriage {

/// Bytes to be had piece by piece: a file's, or what a decoder makes of another reader's.
class ByteStream {
 public:
  enum class State { Data, End, Interrupted, Failed };

  virtual ~ByteStream() = default;

  /// Hands out the next piece, which lives until the next call; empty unless the state is Data. Not to be called again
  /// once the state was another.
  virtual State read(std::string_view& bytes) = 0;

  /// Why reading failed. REQUIRES: State::Failed was returned.
  virtual std::string reason() const = 0;

  /// Where the next read() starts, from now on; false if this reader cannot do that, and then nothing has changed.
  virtual bool seek(uint64_t /*offset*/) { return false; }

  /// How many bytes there are, if that is known; then seek() works.
  virtual std::optional<uint64_t> size() const { return std::nullopt; }
};

}  // namespace ktriage

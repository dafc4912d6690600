#pragma once

#include <string>

#include "input/byte_stream.h"

namespace ktriage {

/// Shows the first bytes of another reader, and then gives them again. `reader` must outlive it.
class PeekReader : public ByteStream {
 public:
  explicit PeekReader(ByteStream& reader) : reader_(reader) {}

  /// The first `count` bytes, or all there are; lives until the first read(). REQUIRES: nothing was read yet.
  std::string_view peek(size_t count);

  State read(std::string_view& bytes) override;
  std::string reason() const override { return reader_.reason(); }
  bool seek(uint64_t offset) override;
  std::optional<uint64_t> size() const override { return reader_.size(); }

 private:
  ByteStream& reader_;
  std::string prefix_;
  bool prefix_read_ = false;
  State state_ = State::Data;  // of the reader's last read
};

}  // namespace ktriage

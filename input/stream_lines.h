#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "input/byte_stream.h"

namespace ktriage {

/// Cuts a stream into lines, counted blocks and single bytes, keeping no more than it is told to, however long they
/// are.
class StreamLines {
 public:
  using State = ByteStream::State;

  /// `source` must outlive it.
  explicit StreamLines(ByteStream& source) : source_(source) {}

  /// The next line without its end, cut to `keep` bytes. End if there is none. A last line may lack its end: then
  /// terminated() is false.
  State read_line(std::string& line, size_t keep);

  /// The next `count` bytes, cut to `keep`. End if there are fewer; `block` has those.
  State read_block(uint64_t count, std::string& block, size_t keep);

  /// The next byte.
  State read_byte(char& byte);

  bool terminated() const { return terminated_; }

 private:
  State refill();

  ByteStream& source_;
  std::string_view rest_;
  State state_ = State::Data;
  bool terminated_ = true;
};

}  // namespace ktriage

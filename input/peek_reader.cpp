#include "input/peek_reader.h"

namespace ktriage {

std::string_view PeekReader::peek(size_t count) {
  while (prefix_.size() < count && state_ == State::Data) {
    std::string_view bytes;
    state_ = reader_.read(bytes);
    prefix_ += bytes;
  }
  return std::string_view(prefix_).substr(0, count);
}

ByteStream::State PeekReader::read(std::string_view& bytes) {
  bytes = {};
  if (!prefix_read_ && !prefix_.empty()) {
    prefix_read_ = true;
    bytes = prefix_;
    return State::Data;
  }
  if (state_ == State::Data) state_ = reader_.read(bytes);
  return state_;
}

bool PeekReader::seek(uint64_t offset) {
  if (!reader_.seek(offset)) return false;
  prefix_read_ = true;
  state_ = State::Data;
  return true;
}

}  // namespace ktriage

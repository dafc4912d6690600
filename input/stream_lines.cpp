#include "input/stream_lines.h"

#include <algorithm>

namespace ktriage {
namespace {

void append(std::string& out, std::string_view piece, size_t keep) {
  out += piece.substr(0, keep - std::min(keep, out.size()));
}

}  // namespace

/// Data if there is at least one byte now.
StreamLines::State StreamLines::refill() {
  while (rest_.empty() && state_ == State::Data) state_ = source_.read(rest_);
  return rest_.empty() ? state_ : State::Data;
}

StreamLines::State StreamLines::read_line(std::string& line, size_t keep) {
  line.clear();
  terminated_ = false;
  bool any = false;
  while (true) {
    const State state = refill();
    if (state != State::Data) return state == State::End && any ? State::Data : state;
    any = true;
    const size_t end = rest_.find('\n');
    append(line, rest_.substr(0, end), keep);
    if (end == std::string_view::npos) {
      rest_ = {};
      continue;
    }
    rest_.remove_prefix(end + 1);
    terminated_ = true;
    return State::Data;
  }
}

StreamLines::State StreamLines::read_block(uint64_t count, std::string& block, size_t keep) {
  block.clear();
  while (count > 0) {
    const State state = refill();
    if (state != State::Data) return state;
    const auto piece = rest_.substr(0, static_cast<size_t>(std::min<uint64_t>(count, rest_.size())));
    append(block, piece, keep);
    rest_.remove_prefix(piece.size());
    count -= piece.size();
  }
  return State::Data;
}

StreamLines::State StreamLines::read_byte(char& byte) {
  const State state = refill();
  if (state != State::Data) return state;
  byte = rest_.front();
  rest_.remove_prefix(1);
  return state;
}

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ktriage {

/// A run of whole lines, each ended by '\n' but perhaps the last one of the input. Views live until the sink returns.
struct LineBlock {
  std::string_view bytes;
  uint64_t offset = 0;      ///< of the first byte in the input
  uint64_t first_line = 1;  ///< number of the first line, from 1
  /// The block is one piece of a line that was longer than limits::kLineBytes: it does not end with '\n'.
  bool cut = false;
};

/// Turns chunks of any size into blocks of whole lines. What the sink sees, line by line, depends only on the bytes and
/// never on the chunks. Lines longer than limits::kLineBytes come as pieces of that length. Copies only the lines that
/// a chunk boundary splits; holds at most one line.
class LineReader {
 public:
  using Sink = std::function<void(const LineBlock&)>;

  explicit LineReader(Sink sink) : sink_(std::move(sink)) {}

  void push(std::string_view chunk);
  /// Hands on the unterminated last line, if there is one. The reader can be used on afterwards.
  void finish();

  /// Bytes handed to the sink so far.
  uint64_t consumed() const { return offset_; }

 private:
  void emit(std::string_view bytes, bool cut);
  void emit_lines(std::string_view lines);
  void add_to_tail(std::string_view bytes);

  Sink sink_;
  std::string tail_;  // the beginning of a line whose end has not arrived
  uint64_t offset_ = 0;
  uint64_t line_ = 1;
};

}  // namespace ktriage

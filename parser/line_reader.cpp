#include "parser/line_reader.h"

#include <algorithm>

#include "parser/byte_scan.h"
#include "parser/limits.h"

namespace ktriage {
namespace {

// Blocks are bounded so that what works on them stays in the cache; where they end has no meaning.
constexpr size_t kBlockBytes = 256 * 1024;

}  // namespace

void LineReader::emit(std::string_view bytes, bool cut) {
  sink_({bytes, offset_, line_, cut});
  offset_ += bytes.size();
  line_ += count_newlines(bytes);
}

void LineReader::add_to_tail(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t taken = std::min(bytes.size(), limits::kLineBytes - tail_.size());
    tail_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (tail_.size() == limits::kLineBytes && tail_.back() != '\n') {
      emit(tail_, true);
      tail_.clear();
    }
  }
}

/// REQUIRES: `lines` starts at a line's start and ends with '\n'.
void LineReader::emit_lines(std::string_view lines) {
  while (!lines.empty()) {
    size_t end = lines.size();
    if (end > kBlockBytes) {
      const size_t newline = lines.rfind('\n', kBlockBytes - 1);
      end = newline == std::string_view::npos ? lines.find('\n') + 1 : newline + 1;
    }
    // Only a block of one line can hold an overlong line unseen; look for those before they are handed on.
    std::string_view block = lines.substr(0, end);
    lines.remove_prefix(end);
    size_t start = 0;
    for (size_t at = 0; block.size() - at > limits::kLineBytes;) {
      const size_t newline = block.rfind('\n', at + limits::kLineBytes - 1);
      if (newline != std::string_view::npos && newline >= at) {
        at = newline + 1;
        continue;
      }
      if (at > start) emit(block.substr(start, at - start), false);
      const size_t line_end = block.find('\n', at) + 1;
      add_to_tail(block.substr(at, line_end - at));
      if (!tail_.empty()) emit(tail_, false);
      tail_.clear();
      start = at = line_end;
    }
    if (start < block.size()) emit(block.substr(start), false);
  }
}

void LineReader::push(std::string_view chunk) {
  if (!tail_.empty()) {
    const size_t newline = chunk.find('\n');
    const size_t end = newline == std::string_view::npos ? chunk.size() : newline + 1;
    add_to_tail(chunk.substr(0, end));
    chunk.remove_prefix(end);
    if (newline == std::string_view::npos) return;
    if (!tail_.empty()) emit(tail_, false);
    tail_.clear();
  }
  const size_t last = chunk.rfind('\n');
  const size_t whole = last == std::string_view::npos ? 0 : last + 1;
  emit_lines(chunk.substr(0, whole));
  add_to_tail(chunk.substr(whole));
}

void LineReader::finish() {
  if (!tail_.empty()) emit(tail_, false);
  tail_.clear();
}

}  // namespace ktriage

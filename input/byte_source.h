#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/file_descriptor.h"
#include "input/interrupt.h"
#include "rules/result.h"

namespace ktriage {

/// A log's name for messages: "-" is the standard input.
std::string display_name(const std::string& name);

/// The bytes of an open file, pipe or terminal, piece by piece. Reading ends at once when a signal comes.
class ByteSource {
 public:
  /// `name` "-" is the standard input. `interrupt` must outlive the source.
  static Result<ByteSource> open(const std::string& name, const Interrupt& interrupt);

  enum class State { Data, End, Interrupted, Failed };

  enum class Wait { Readable, TimedOut, Interrupted };

  /// Waits until read() would not block; for ever without a timeout.
  Wait wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;

  /// Waits for bytes and hands them out in `bytes`, which lives until the next call; empty unless the state is Data.
  State read(std::string_view& bytes);

  /// Waits until at least `count` bytes are there, or the end; the next read() gives them again.
  State peek(size_t count, std::string_view& bytes);

  /// What went wrong. REQUIRES: State::Failed was returned.
  const Diagnostic& error() const { return error_; }

  bool is_regular_file() const { return regular_; }

 private:
  ByteSource(std::string name, FileDescriptor fd, bool regular, const Interrupt& interrupt)
      : name_(std::move(name)), fd_(std::move(fd)), regular_(regular), interrupt_(&interrupt) {}

  State fill(size_t at, size_t& got);

  std::string name_;
  FileDescriptor fd_;
  bool regular_;
  const Interrupt* interrupt_;
  std::vector<char> buffer_;
  size_t peeked_ = 0;  // bytes at the start of the buffer that read() has not handed out yet
  Diagnostic error_;
};

}  // namespace ktriage

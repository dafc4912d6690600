#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/byte_stream.h"
#include "input/file_descriptor.h"
#include "input/interrupt.h"
#include "rules/result.h"

namespace ktriage {

/// A log's name for messages: "-" is the standard input.
std::string display_name(const std::string& name);

/// The bytes of an open file, pipe or terminal, piece by piece. Reading ends at once when a signal comes.
class ByteSource : public ByteStream {
 public:
  /// `name` "-" is the standard input. `interrupt` must outlive the source.
  static Result<ByteSource> open(const std::string& name, const Interrupt& interrupt);

  enum class Wait { Readable, TimedOut, Interrupted };

  /// Waits until read() would not block; for ever without a timeout.
  Wait wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt) const;

  /// Waits for bytes and hands them out in `bytes`, which lives until the next call; empty unless the state is Data.
  State read(std::string_view& bytes) override;

  /// Waits until at least `count` bytes are there (4096 at most), or the end; the next read() gives them again.
  State peek(size_t count, std::string_view& bytes);

  /// What went wrong. REQUIRES: State::Failed was returned.
  const Diagnostic& error() const { return error_; }
  std::string reason() const override { return error_.message; }
  bool failed() const { return !error_.message.empty(); }

  /// Both of regular files only.
  bool seek(uint64_t offset) override;
  std::optional<uint64_t> size() const override;

  /// How many bytes have been read so far, those read again included.
  uint64_t consumed() const { return consumed_; }

  bool is_regular_file() const { return regular_; }

 private:
  ByteSource(std::string name, FileDescriptor fd, bool regular, uint64_t size, const Interrupt& interrupt)
      : name_(std::move(name)), fd_(std::move(fd)), regular_(regular), size_(size), interrupt_(&interrupt) {}

  void allocate();
  State fill(size_t at, size_t& got);

  std::string name_;
  FileDescriptor fd_;
  bool regular_;
  uint64_t size_;  // of a regular file, when it was opened
  const Interrupt* interrupt_;
  std::vector<char> buffer_;
  uint64_t consumed_ = 0;
  size_t peeked_ = 0;  // bytes at the start of the buffer that read() has not handed out yet
  Diagnostic error_;
};

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "input/journal_entry.h"

namespace ktriage {

/// Reads `journalctl -o export`: NAME=value lines, binary fields as NAME, a 64-bit little-endian length and the data,
/// an empty line between entries. Any chunking. Memory: one field of at most 256 KiB; longer ones are cut.
class JournalExportReader {
 public:
  explicit JournalExportReader(JournalConsole& console) : console_(console) {}

  void push(std::string_view bytes);
  void finish();

 private:
  enum class State { Line, Length, Data, DataEnd };
  void take_line();
  void end_entry();
  void keep(std::string_view bytes);

  JournalConsole& console_;
  JournalEntry entry_;
  bool has_fields_ = false;
  State state_ = State::Line;
  std::string text_;      // of the line, the length or the data so far
  std::string name_;      // of the binary field
  uint64_t missing_ = 0;  // bytes of the binary field that are still to come
};

/// Reads `journalctl -o json`: an object per line, text that is not UTF-8 as an array of bytes. Lines over 1 MiB are
/// passed over.
class JournalJsonReader {
 public:
  explicit JournalJsonReader(JournalConsole& console) : console_(console) {}

  void push(std::string_view bytes);
  void finish();

 private:
  void take_line();

  JournalConsole& console_;
  std::string line_;
  bool too_long_ = false;
};

}  // namespace ktriage

#pragma once

#include <string>

#include "input/journal_entry.h"
#include "input/stream_lines.h"

namespace ktriage {

/// Reads the Journal Export Format: FIELD=value lines, or FIELD, a length (64 bits, little-endian) and as many bytes; a
/// blank line ends an entry.
class JournalExportReader {
 public:
  explicit JournalExportReader(ByteStream& source) : lines_(source) {}

  /// The next entry; End if there is none.
  ByteStream::State read(JournalEntry& entry);

  /// What was wrong so far; "" if nothing.
  const std::string& damage() const { return damage_; }

 private:
  using State = ByteStream::State;

  State read_binary_field(JournalEntry& entry);

  StreamLines lines_;
  std::string line_;
  std::string damage_;
};

}  // namespace ktriage

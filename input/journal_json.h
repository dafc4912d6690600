#pragma once

#include <string>

#include "input/journal_entry.h"
#include "input/stream_lines.h"

namespace ktriage {

/// Reads a row of JSON objects, one for each entry, whatever stands between them (lines, RFC 7464's separators, "data:
/// ").
class JournalJsonReader {
 public:
  explicit JournalJsonReader(ByteStream& source) : bytes_(source) {}

  /// The next entry; End if there is none. An object that cannot be read is an entry without fields.
  ByteStream::State read(JournalEntry& entry);

  /// What was wrong so far; "" if nothing.
  const std::string& damage() const { return damage_; }

 private:
  using State = ByteStream::State;

  State read_object();

  StreamLines bytes_;
  std::string object_;
  std::string damage_;
};

}  // namespace ktriage

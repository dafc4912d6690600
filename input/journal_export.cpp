#include "input/journal_export.h"

namespace ktriage {
namespace {

constexpr size_t kNameBytes = 64;  // of fields that journald accepts
constexpr size_t kLineBytes = kNameBytes + 1 + kJournalValueBytes;

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytes &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

}  // namespace

ByteStream::State JournalExportReader::read(JournalEntry& entry) {
  entry = {};
  bool any = false;
  while (true) {
    State state = lines_.read_line(line_, kLineBytes);
    if (state == State::Data && !lines_.terminated()) damage_ = "cut off within an entry";
    if (state == State::End && any) return State::Data;
    if (state != State::Data) return state;
    if (line_.empty()) {
      if (any) return State::Data;
      continue;
    }
    any = true;
    const size_t equals = line_.find('=');
    if (equals != std::string::npos) {
      const std::string_view line = line_;
      entry.set(line.substr(0, equals), line.substr(equals + 1));
      continue;
    }
    state = read_binary_field(entry);
    if (state == State::Failed || state == State::Interrupted) return state;
  }
}

ByteStream::State JournalExportReader::read_binary_field(JournalEntry& entry) {
  if (!is_field_name(line_)) {
    damage_ = "holds lines that are no field of a journal";
    return State::Data;
  }
  constexpr size_t kLengthBytes = 8;
  std::string bytes;
  State state = lines_.read_block(kLengthBytes, bytes, kLengthBytes);
  uint64_t length = 0;
  for (size_t i = bytes.size(); i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (state == State::Data) state = lines_.read_block(length, bytes, kJournalValueBytes);
  if (state == State::End) damage_ = "cut off within an entry";
  if (state != State::Data) return state;
  entry.set(line_, bytes);
  char newline = 0;
  state = lines_.read_byte(newline);
  if (state == State::Data && newline != '\n') damage_ = "holds a field whose length is wrong";
  return state;
}

}  // namespace ktriage

#include "input/journal_json.h"

#include <nlohmann/json.hpp>

namespace ktriage {
namespace {

using Json = nlohmann::json;

// A message's 64 KiB as numbers in an array, and what else is there.
constexpr size_t kObjectBytes = 1024 * 1024;
constexpr int kDeepest = 4;  // a field that occurs more than once, of bytes: an array of arrays in the object

std::optional<std::string> bytes_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array() || value.empty()) return std::nullopt;
  // A field that occurs more than once; the first counts.
  if (value.front().is_string()) return value.front().get<std::string>();
  if (value.front().is_array()) return bytes_of(value.front());
  std::string out;
  for (const Json& byte : value) {
    if (!byte.is_number_unsigned() || byte.get<uint64_t>() > 0xff) return std::nullopt;
    out += static_cast<char>(byte.get<uint64_t>());
  }
  return out;
}

}  // namespace

ByteStream::State JournalJsonReader::read(JournalEntry& entry) {
  entry = {};
  const State state = read_object();
  if (state != State::Data) return state;
  const Json object = Json::parse(object_, nullptr, false);
  if (!object.is_object()) {
    damage_ = "holds entries that are no JSON";
    return state;
  }
  for (const auto& [name, value] : object.items()) {
    if (const auto bytes = bytes_of(value)) entry.set(name, *bytes);
  }
  return state;
}

/// From a brace to the one that closes it. One that is too long or too deep is emptied.
ByteStream::State JournalJsonReader::read_object() {
  object_.clear();
  int depth = 0;
  bool in_string = false;
  bool escaped = false;
  bool refused = false;
  char c = 0;
  State state = bytes_.read_byte(c);
  for (; state == State::Data; state = bytes_.read_byte(c)) {
    if (depth == 0 && c != '{') continue;
    refused = refused || object_.size() >= kObjectBytes || depth > kDeepest;
    if (!refused) object_ += c;
    if (in_string) {
      in_string = escaped || c != '"';
      escaped = !escaped && c == '\\';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      break;
    }
  }
  if (state == State::End && depth > 0) damage_ = "cut off within an entry";
  if (refused) object_.clear();
  return state;
}

}  // namespace ktriage

#include "input/journal_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace ktriage {
namespace {

constexpr size_t kMostField = 256 * 1024;
constexpr size_t kMostJsonLine = 1024 * 1024;
constexpr size_t kLengthBytes = 8;

uint64_t little_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// A field's value: a string, an array of bytes, or several of those, of which the first counts.
std::string text_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array() || value.empty()) return {};
  if (!value.front().is_number_unsigned()) return value.front().is_string() ? value.front().get<std::string>() : "";
  std::string text;
  for (const auto& byte : value) {
    if (byte.is_number_unsigned()) text += static_cast<char>(byte.get<uint64_t>() & 0xffU);
  }
  return text;
}

}  // namespace

void JournalExportReader::keep(std::string_view bytes) {
  text_.append(bytes.substr(0, kMostField - std::min(kMostField, text_.size())));
}

void JournalExportReader::push(std::string_view bytes) {
  while (!bytes.empty()) {
    size_t taken = 0;
    switch (state_) {
      case State::Line: {
        const size_t newline = bytes.find('\n');
        taken = std::min(newline, bytes.size());
        keep(bytes.substr(0, taken));
        if (newline != std::string_view::npos) ++taken, take_line();
        break;
      }
      case State::Length:
        taken = std::min(bytes.size(), kLengthBytes - text_.size());
        text_.append(bytes.substr(0, taken));
        if (text_.size() < kLengthBytes) break;
        missing_ = little_endian(std::exchange(text_, {}));
        state_ = missing_ > 0 ? State::Data : State::DataEnd;
        break;
      case State::Data:
        taken = static_cast<size_t>(std::min<uint64_t>(bytes.size(), missing_));
        keep(bytes.substr(0, taken));
        missing_ -= taken;
        if (missing_ == 0) state_ = State::DataEnd;
        break;
      case State::DataEnd:
        taken = bytes.front() == '\n' ? 1 : 0;
        entry_.set(name_, std::exchange(text_, {}));
        state_ = State::Line;
        break;
    }
    bytes.remove_prefix(taken);
  }
}

void JournalExportReader::take_line() {
  const std::string line = std::exchange(text_, {});
  if (line.empty()) return end_entry();
  has_fields_ = true;
  const size_t equals = line.find('=');
  if (equals == std::string::npos) {
    name_ = line;
    state_ = State::Length;
  } else {
    entry_.set(std::string_view(line).substr(0, equals), std::string_view(line).substr(equals + 1));
  }
}

void JournalExportReader::end_entry() {
  if (has_fields_) console_.add(entry_);
  entry_ = {};
  has_fields_ = false;
}

void JournalExportReader::finish() {
  // A journal that was cut off: the last field may be there in part.
  if (state_ == State::Data || state_ == State::DataEnd) entry_.set(name_, text_);
  if (state_ == State::Line && !text_.empty()) take_line();
  end_entry();
  console_.finish();
}

void JournalJsonReader::push(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const size_t taken = std::min(newline, bytes.size());
    if (line_.size() + taken > kMostJsonLine) too_long_ = true;
    if (!too_long_) line_.append(bytes.substr(0, taken));
    if (newline != std::string_view::npos) take_line();
    bytes.remove_prefix(std::min(taken + 1, bytes.size()));
  }
}

void JournalJsonReader::take_line() {
  const std::string line = std::exchange(line_, {});
  if (std::exchange(too_long_, false)) return;
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) return;
  JournalEntry entry;
  for (const auto& [name, value] : object.items()) {
    if (is_journal_field(name)) entry.set(name, text_of(value));
  }
  console_.add(entry);
}

void JournalJsonReader::finish() {
  take_line();
  console_.finish();
}

}  // namespace ktriage

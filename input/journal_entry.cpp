#include "input/journal_entry.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace ktriage {
namespace {

void set_number(std::optional<uint64_t>& field, std::string_view value) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (!field && error == std::errc() && end == value.data() + value.size()) field = number;
}

void set_text(std::optional<std::string>& field, std::string_view value) {
  if (!field) field = value;
}

}  // namespace

void JournalEntry::set(std::string_view name, std::string_view value) {
  value = value.substr(0, kJournalValueBytes);
  constexpr size_t kBootIdBytes = 64;
  if (name == "MESSAGE" && message.empty()) message = value;
  if (name == "_BOOT_ID" && boot_id.empty()) boot_id = value.substr(0, kBootIdBytes);
  if (name == "_TRANSPORT") set_text(transport, value);
  if (name == "SYSLOG_IDENTIFIER") set_text(identifier, value);
  if (name == "__REALTIME_TIMESTAMP") set_number(realtime_us, value);
  if (name == "__MONOTONIC_TIMESTAMP") set_number(monotonic_us, value);
  if (name == "_SOURCE_MONOTONIC_TIMESTAMP") set_number(source_monotonic_us, value);
}

bool JournalEntry::is_kernel() const {
  if (transport) return *transport == "kernel";
  return !identifier || *identifier == "kernel";
}

std::string JournalEntry::to_log_text() const {
  std::array<char, 64> prefix{};
  if (const auto time = source_monotonic_us ? source_monotonic_us : monotonic_us) {
    constexpr uint64_t kSecond = 1'000'000;
    std::snprintf(prefix.data(), prefix.size(), "[%5llu.%06llu] ", static_cast<unsigned long long>(*time / kSecond),
                  static_cast<unsigned long long>(*time % kSecond));
  }
  std::string out;
  std::string_view rest = message;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    out.append(prefix.data()).append(rest.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace ktriage

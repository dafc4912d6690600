#include "input/journal_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ktriage {
namespace {

constexpr int64_t kMicroseconds = 1'000'000;

std::optional<int64_t> number_of(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

bool is_journal_field(std::string_view name) {
  return name == "MESSAGE" || name == "_BOOT_ID" || name == "_TRANSPORT" || name == "__REALTIME_TIMESTAMP" ||
         name == "_SOURCE_MONOTONIC_TIMESTAMP";
}

void JournalEntry::set(std::string_view name, std::string_view value) {
  if (name == "MESSAGE") {
    message = value;
  } else if (name == "_BOOT_ID") {
    boot = value;
  } else if (name == "_TRANSPORT") {
    from_kernel = value == "kernel";
  } else if (name == "__REALTIME_TIMESTAMP") {
    realtime_us = number_of(value);
  } else if (name == "_SOURCE_MONOTONIC_TIMESTAMP") {
    monotonic_us = number_of(value);
  }
}

void JournalConsole::begin(const JournalEntry& entry) {
  finish();
  boot_ = entry.boot;
  open_ = true;
  ++logs_;
  LogHeader header = header_;
  constexpr size_t kShownDigits = 12;
  std::string name = "boot-" + (boot_.empty() ? std::string("unknown") : boot_.substr(0, kShownDigits));
  // A journal of several machines may come back to a boot.
  if (logs_ > 1) name += fmt::format("-{}", logs_);
  header.member = header.member.empty() ? name : header.member + "!" + name;
  if (entry.realtime_us) {
    header.seen = std::chrono::sys_seconds(std::chrono::seconds(*entry.realtime_us / kMicroseconds));
    if (entry.monotonic_us && *entry.monotonic_us <= *entry.realtime_us) {
      header.booted =
          std::chrono::sys_seconds(std::chrono::seconds((*entry.realtime_us - *entry.monotonic_us) / kMicroseconds));
    }
  }
  sink_.begin(std::move(header));
}

void JournalConsole::add(const JournalEntry& entry) {
  if (!entry.from_kernel) return;
  if (!open_ || entry.boot != boot_) begin(entry);
  std::string prefix;
  if (entry.monotonic_us) {
    prefix = fmt::format("[{:>5}.{:06}] ", *entry.monotonic_us / kMicroseconds, *entry.monotonic_us % kMicroseconds);
  }
  std::string_view rest = entry.message;
  std::string lines;
  do {
    const size_t end = std::min(rest.find('\n'), rest.size());
    lines.append(prefix).append(rest.substr(0, end)).append(1, '\n');
    rest.remove_prefix(std::min(end + 1, rest.size()));
  } while (!rest.empty());
  sink_.write(lines);
}

void JournalConsole::finish() {
  if (open_) sink_.end();
  open_ = false;
}

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ktriage {

/// What of a journal's entry makes a kernel log (systemd.journal-fields(7)). Times are microseconds.
struct JournalEntry {
  std::string boot_id;
  std::string message;
  std::optional<std::string> transport;
  std::optional<std::string> identifier;
  std::optional<uint64_t> realtime_us;
  std::optional<uint64_t> monotonic_us;         ///< when journald got it
  std::optional<uint64_t> source_monotonic_us;  ///< when the kernel said it

  /// Sets the field `name`, if it is one of ours. The first value of a field counts.
  void set(std::string_view name, std::string_view value);

  /// Whether the kernel said it. Exports cut down to a few fields do not say: whoever made one chose its entries.
  bool is_kernel() const;

  /// The message as the kernel's log has it: "[   12.345678] " in front of each line, as far as the time is known.
  std::string to_log_text() const;
};

/// Longer values are cut.
inline constexpr size_t kJournalValueBytes = 64 * 1024;

}  // namespace ktriage

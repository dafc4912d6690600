#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "input/log_sink.h"

namespace ktriage {

/// What an entry of systemd's journal says about a line of the kernel's log.
struct JournalEntry {
  std::string message;
  std::string boot;
  bool from_kernel = false;
  std::optional<int64_t> realtime_us;   ///< since 1970
  std::optional<int64_t> monotonic_us;  ///< since boot, as printk saw it

  /// Takes a field; names that do not matter are passed over.
  void set(std::string_view name, std::string_view value);
};

/// The journal's fields that JournalEntry looks at.
bool is_journal_field(std::string_view name);

/// Turns entries back into the console that the kernel printed: a log per boot, in the order of the journal.
class JournalConsole {
 public:
  /// `header` is the file's; the logs are called after it and their boot.
  JournalConsole(LogSink& sink, LogHeader header) : sink_(sink), header_(std::move(header)) {}

  void add(const JournalEntry& entry);
  void finish();

 private:
  void begin(const JournalEntry& entry);

  LogSink& sink_;
  LogHeader header_;
  std::string boot_;
  bool open_ = false;
  size_t logs_ = 0;
};

}  // namespace ktriage

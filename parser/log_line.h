#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ktriage {

/// Who printed a line, as CONFIG_PRINTK_CALLER tells it (kernel/printk/printk.c, print_caller()).
struct Context {
  enum class Kind : uint8_t {
    None,     ///< no printk prefix: another program's output, or a log whose prefixes were cut off
    Console,  ///< a prefix without a caller
    Task,     ///< [ T123]
    Cpu,      ///< [ C0]: interrupt context
  };
  Kind kind = Kind::None;
  uint32_t id = 0;  ///< task or CPU number; 0 for the other kinds

  bool has_caller() const { return kind == Kind::Task || kind == Kind::Cpu; }
  friend auto operator<=>(const Context&, const Context&) = default;
};

/// One line of a console taken apart. Views refer to the raw line, or to the scratch buffer where the line had to be
/// cleaned.
struct LogLine {
  std::string_view text;  ///< the message, without prefix and line end
  Context context;
  std::optional<double> time_s;  ///< since boot
  std::optional<int> priority;   ///< syslog priority of <N> or of a /dev/kmsg record
};

/// Takes `raw` (with or without its line end) apart. Understands the printk prefix in all its forms, alone or behind
/// syslog, ISO time, `login:` and "printk messages dropped" texts, and /dev/kmsg records. ANSI escapes and control
/// bytes but tabs are removed; only then is `scratch` used, which must live as long as the result. Linear; allocates
/// only if `scratch` must grow.
LogLine parse_log_line(std::string_view raw, std::string& scratch);

/// The same for a line that is known to hold nothing to be removed: find_inner_control() has found nothing in it.
LogLine parse_clean_log_line(std::string_view raw);

}  // namespace ktriage

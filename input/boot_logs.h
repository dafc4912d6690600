#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/unit_reader.h"

namespace ktriage {

/// Makes one log of each boot out of entries of several, which may come mixed (journalctl --merge): the first boot's go
/// to the sink at once, the others' wait in memory until it ends. When they are more than `held_bytes`, the first boot
/// ends; if more of it comes after all, that is a log of its own.
class BootLogs {
 public:
  /// Both must outlive it.
  BootLogs(const Origin& origin, ReadContext& context) : origin_(origin), context_(context) {}

  void add(std::string_view boot_id, std::optional<int64_t> time_s, std::string_view text);

  /// Ends all logs. False if there was none.
  bool finish();

 private:
  struct Boot {
    std::string id;
    uint64_t number = 0;
    std::optional<int64_t> time_s;
    std::string held;
  };

  Boot& boot_of(std::string_view id, std::optional<int64_t> time_s);
  void begin_first();
  void end_first();

  const Origin& origin_;
  ReadContext& context_;
  std::vector<Boot> boots_;  // the first one's log has begun
  uint64_t count_ = 0;
  size_t held_ = 0;
};

}  // namespace ktriage

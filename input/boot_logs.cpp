#include "input/boot_logs.h"

#include <algorithm>

namespace ktriage {
namespace {

// What remembering a boot costs besides its text; so that a million boots of one line are bounded, too.
constexpr size_t kBootBytes = 4096;

}  // namespace

BootLogs::Boot& BootLogs::boot_of(std::string_view id, std::optional<int64_t> time_s) {
  // Most often it is the one that came last.
  const auto found = std::find_if(boots_.rbegin(), boots_.rend(), [&](const Boot& boot) { return boot.id == id; });
  if (found != boots_.rend()) return *found;
  held_ += kBootBytes;
  boots_.push_back({std::string(id), ++count_, time_s, {}});
  if (boots_.size() == 1) begin_first();
  return boots_.back();
}

void BootLogs::begin_first() {
  Boot& boot = boots_.front();
  const std::string name = "boot " + std::to_string(boot.number);
  context_.sink.begin_log({origin_.member.empty() ? name : origin_.member + " " + name, boot.time_s});
  if (!boot.held.empty()) context_.sink.bytes(boot.held);
  held_ -= boot.held.size();
  boot.held = {};
}

void BootLogs::end_first() {
  context_.sink.end_log();
  boots_.erase(boots_.begin());
  held_ -= kBootBytes;
  if (!boots_.empty()) begin_first();
}

void BootLogs::add(std::string_view boot_id, std::optional<int64_t> time_s, std::string_view text) {
  Boot& boot = boot_of(boot_id, time_s);
  if (&boot == &boots_.front()) return context_.sink.bytes(text);
  boot.held += text;
  held_ += text.size();
  while (held_ > context_.limits.held_bytes && boots_.size() > 1) end_first();
}

bool BootLogs::finish() {
  while (!boots_.empty()) end_first();
  return count_ > 0;
}

}  // namespace ktriage

#include "cli/pause_schedule.h"

#include <algorithm>

namespace ktriage {

void PauseSchedule::data_came(Time now) {
  if (!ended_pending_) first_unpaused_data_ = now;
  last_data_ = now;
  ended_pending_ = true;
  all_pending_ = true;
}

PauseSchedule::Time PauseSchedule::ended_due() const {
  return std::min(last_data_ + kSilence, first_unpaused_data_ + kHeldBack);
}

PauseSchedule::Pause PauseSchedule::due(Time now) {
  if (all_pending_ && now >= last_data_ + quiet_after_) {
    all_pending_ = ended_pending_ = false;
    return Pause::OfAll;
  }
  if (ended_pending_ && now >= ended_due()) {
    ended_pending_ = false;
    return Pause::OfEnded;
  }
  return Pause::None;
}

PauseSchedule::Pause PauseSchedule::due_behind(Time now) {
  if (!ended_pending_ || now < first_unpaused_data_ + kHeldBackBehind) return Pause::None;
  ended_pending_ = false;
  return Pause::OfEnded;
}

std::optional<PauseSchedule::Duration> PauseSchedule::time_left(Time now) const {
  if (!all_pending_) return std::nullopt;
  Time next = last_data_ + quiet_after_;
  if (ended_pending_) next = std::min(next, ended_due());
  return std::max(next - now, Duration::zero());
}

}  // namespace ktriage

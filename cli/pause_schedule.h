#pragma once

#include <chrono>
#include <optional>

namespace ktriage {

/// Decides when a live stream counts as paused, so that crashes are printed although more may come. Reads no clock.
class PauseSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// After such a silence a crash whose end has been seen is complete.
  static constexpr std::chrono::milliseconds kSilence{50};
  /// A console that is never silent may hold such a crash back no longer than this …
  static constexpr std::chrono::milliseconds kHeldBack{150};
  /// … or this, if it is ahead of us: what waits to be read may still belong to the crash.
  static constexpr std::chrono::milliseconds kHeldBackBehind{1000};

  /// `quiet_after`: the silence after which any crash is complete.
  explicit PauseSchedule(Duration quiet_after) : quiet_after_(quiet_after) {}

  void data_came(Time now);

  enum class Pause { None, OfEnded, OfAll };
  /// Which pause is due when nothing waits to be read; it then counts as made.
  Pause due(Time now);
  /// The same while more waits to be read.
  Pause due_behind(Time now);

  /// How long until due() may have something to say; absent: not before data comes.
  std::optional<Duration> time_left(Time now) const;

 private:
  Time ended_due() const;

  Duration quiet_after_;
  Time last_data_;
  Time first_unpaused_data_;
  bool ended_pending_ = false;  // data came since the last pause
  bool all_pending_ = false;    // data came since the last pause of all
};

}  // namespace ktriage

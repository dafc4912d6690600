#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace ktriage {

/// Hands values from many threads to one. push() waits while the queue is full. Who takes is woken for many at once:
/// waking costs as much as a small log.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}

  void push(T value) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return values_.size() < capacity_; });
    values_.push_back(std::move(value));
    if (is_worth_waking()) has_values_.notify_one();
  }

  /// All that is there; waits for more at most this long, or until wake().
  std::deque<T> take_all(std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    has_values_.wait_for(lock, longest, [this] { return is_worth_waking() || is_woken_; });
    is_woken_ = false;
    has_room_.notify_all();
    return std::exchange(values_, {});
  }

  void wake() {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    has_values_.notify_one();
  }

 private:
  /// REQUIRES: mutex_ is held.
  bool is_worth_waking() const { return values_.size() >= (capacity_ + kParts - 1) / kParts; }

  static constexpr size_t kParts = 16;
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::condition_variable has_values_;
  std::deque<T> values_;
  bool is_woken_ = false;
};

}  // namespace ktriage

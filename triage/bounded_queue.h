#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace ktriage {

/// Hands values from many threads to one. push() waits while the queue is full.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}

  void push(T value) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return values_.size() < capacity_; });
    values_.push_back(std::move(value));
    has_value_.notify_one();
  }

  /// All that is there; waits for something at most this long.
  std::deque<T> take_all(std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    has_value_.wait_for(lock, longest, [this] { return !values_.empty(); });
    has_room_.notify_all();
    return std::exchange(values_, {});
  }

  void wake() { has_value_.notify_one(); }

 private:
  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::condition_variable has_value_;
  std::deque<T> values_;
};

}  // namespace ktriage

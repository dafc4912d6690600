#pragma once

#include <cstddef>
#include <cstdint>

namespace ktriage {

/// Numbers that follow from a seed alone, the same with every compiler and library (SplitMix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// 0 ≤ … < 1
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// 0 ≤ … < limit. REQUIRES: limit > 0, and far below 2^64.
  size_t below(size_t limit) { return static_cast<size_t>(next() % limit); }
  bool chance(double probability) { return unit() < probability; }

 private:
  uint64_t state_;
};

}  // namespace ktriage

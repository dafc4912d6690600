#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ktriage {

/// What is known, before any run, of how often a commit with the crash crashes: a mixture of Beta distributions, for
/// which everything has a closed form. A run is independent of other runs given the rate.
class CrashRate {
 public:
  struct Component {
    double share;  ///< of the mixture, 0…1; all sum to 1
    double a, b;   ///< of Beta(a, b), which has seen a-1 crashes and b-1 runs without
  };

  /// Any rate may be; that nearly every run crashes is likelier than any other rate.
  static CrashRate unknown();
  /// 0 < rate ≤ 1.
  static CrashRate known(double rate);

  /// Log of the probability of a given sequence of so many crashes and so many clean runs.
  double log_evidence(int crashes, int clean) const;

  /// The probability that `runs` more runs are all clean after those. 1 if runs is 0.
  double miss(int crashes, int clean, int runs) const;

  /// The expected rate after those.
  double mean(int crashes, int clean) const { return 1 - miss(crashes, clean, 1); }

 private:
  double log_beta(size_t component, int crashes, int clean) const;

  std::vector<Component> components_;
  double known_ = 0;
};

}  // namespace ktriage

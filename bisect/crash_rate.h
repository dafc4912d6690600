#pragma once

#include <memory>
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

  /// Any rate may be; nearly every run is likelier than any other rate, and seldom somewhat likelier than often, so
  /// that a lucky beginning does not pass for a high rate.
  static CrashRate unknown();
  /// 0 < rate ≤ 1.
  static CrashRate known(double rate);
  /// REQUIRES: not empty.
  static CrashRate mixture(const std::vector<Component>& components);

  bool is_known() const { return known_ > 0; }

  /// Log of the probability of a given sequence of so many crashes and so many clean runs.
  double log_evidence(int crashes, int clean) const;

  /// The probability that `runs` more runs are all clean after those. 1 if runs is 0.
  double miss(int crashes, int clean, int runs) const;

  /// The expected rate after those.
  double mean(int crashes, int clean) const { return 1 - miss(crashes, clean, 1); }

 private:
  /// A component with the logarithms that its evidence is made of, for the counts that usually occur.
  struct Prepared {
    explicit Prepared(Component component);
    /// Log of share · B(a + crashes, b + clean) / B(a, b).
    double log_evidence(int crashes, int clean) const;

    Component component;
    double log_scale;
    std::vector<double> a, b, ab;  // log Γ(a + i), log Γ(b + i), log Γ(a + b + i)
  };

  std::shared_ptr<const std::vector<Prepared>> components_;  // null if the rate is known
  double known_ = 0;
};

}  // namespace ktriage

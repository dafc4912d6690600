#include "bisect/crash_rate.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ktriage {

CrashRate CrashRate::unknown() {
  CrashRate out;
  out.components_ = {{0.5, 1, 1}, {0.5, 20, 0.5}};
  return out;
}

CrashRate CrashRate::known(double rate) {
  CrashRate out;
  out.known_ = std::clamp(rate, 1e-9, 1 - 1e-9);
  return out;
}

double CrashRate::log_beta(size_t component, int crashes, int clean) const {
  const auto [share, a, b] = components_[component];
  const auto log_b = [](double x, double y) { return std::lgamma(x) + std::lgamma(y) - std::lgamma(x + y); };
  return std::log(share) + log_b(a + crashes, b + clean) - log_b(a, b);
}

double CrashRate::log_evidence(int crashes, int clean) const {
  if (known_ > 0) return crashes * std::log(known_) + clean * std::log1p(-known_);
  double sum = 0;
  const double first = log_beta(0, crashes, clean);
  for (size_t i = 0; i < components_.size(); ++i) sum += std::exp(log_beta(i, crashes, clean) - first);
  return first + std::log(sum);
}

double CrashRate::miss(int crashes, int clean, int runs) const {
  return std::exp(log_evidence(crashes, clean + runs) - log_evidence(crashes, clean));
}

}  // namespace ktriage

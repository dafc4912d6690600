#include "bisect/crash_rate.h"

#include <algorithm>
#include <cmath>

namespace ktriage {

namespace {

constexpr size_t kPrepared = 1024;

double at(const std::vector<double>& table, double base, int count) {
  return static_cast<size_t>(count) < table.size() ? table[static_cast<size_t>(count)] : std::lgamma(base + count);
}

std::vector<double> log_gammas(double base, size_t count) {
  std::vector<double> out(count);
  for (size_t i = 0; i < count; ++i) out[i] = std::lgamma(base + static_cast<double>(i));
  return out;
}

}  // namespace

CrashRate::Prepared::Prepared(Component c)
    : component(c),
      log_scale(std::log(c.share) + std::lgamma(c.a + c.b) - std::lgamma(c.a) - std::lgamma(c.b)),
      a(log_gammas(c.a, kPrepared)),
      b(log_gammas(c.b, kPrepared)),
      ab(log_gammas(c.a + c.b, 2 * kPrepared)) {}

double CrashRate::Prepared::log_evidence(int crashes, int clean) const {
  return log_scale + at(a, component.a, crashes) + at(b, component.b, clean) -
         at(ab, component.a + component.b, crashes + clean);
}

CrashRate CrashRate::mixture(const std::vector<Component>& components) {
  CrashRate out;
  out.components_ = std::make_shared<const std::vector<Prepared>>(components.begin(), components.end());
  return out;
}

CrashRate CrashRate::unknown() {
  static const CrashRate rate = mixture({{0.4, 100, 0.3}, {0.3, 1, 1}, {0.3, 1, 5}});
  return rate;
}

CrashRate CrashRate::known(double rate) {
  CrashRate out;
  out.known_ = std::clamp(rate, 1e-9, 1 - 1e-9);
  return out;
}

double CrashRate::log_evidence(int crashes, int clean) const {
  if (known_ > 0) return crashes * std::log(known_) + clean * std::log1p(-known_);
  const double first = components_->front().log_evidence(crashes, clean);
  double sum = 0;
  for (const Prepared& component : *components_) sum += std::exp(component.log_evidence(crashes, clean) - first);
  return first + std::log(sum);
}

double CrashRate::miss(int crashes, int clean, int runs) const {
  return std::exp(log_evidence(crashes, clean + runs) - log_evidence(crashes, clean));
}

}  // namespace ktriage

#include "triage/crash_symbolizer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace ktriage {
namespace {

constexpr size_t kNamedKernels = 4;  // in the note; a collection of logs may be of hundreds

}  // namespace

void CrashSymbolizer::symbolize(CrashReport& crash) {
  if (!symbolizer_.refuses(crash.kernel)) return symbolizer_.symbolize(crash);
  const std::lock_guard lock(mutex_);
  ++other_[name_of(crash.kernel)];
}

std::optional<std::string> CrashSymbolizer::note() const {
  const std::lock_guard lock(mutex_);
  if (other_.empty()) return std::nullopt;
  std::vector<std::pair<std::string, size_t>> kernels(other_.begin(), other_.end());
  std::stable_sort(kernels.begin(), kernels.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  size_t crashes = 0;
  std::string named;
  for (size_t i = 0; i < kernels.size(); ++i) {
    const auto& [kernel, count] = kernels[i];
    crashes += count;
    if (i >= kNamedKernels) continue;
    named += (named.empty() ? "" : ", ") + std::to_string(count) + " of " + kernel;
  }
  if (kernels.size() > kNamedKernels) {
    named += ", and of " + std::to_string(kernels.size() - kNamedKernels) + " kernels more";
  }
  return std::to_string(crashes) + (crashes == 1 ? " crash is" : " crashes are") +
         " left without source lines: " + named + ", but " + symbolizer_.options().vmlinux + " is " +
         name_of(symbolizer_.kernel()) + "; --force takes it nevertheless";
}

}  // namespace ktriage

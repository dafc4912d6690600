#include "bisect/testability.h"

#include <algorithm>
#include <cstdint>

namespace ktriage {
namespace {

constexpr uint32_t kFar = UINT32_MAX / 2;

/// Steps between each commit and the nearest of `starts`, parents and children alike; kFar if there is no way.
std::vector<uint32_t> distances_from(const CommitGraph& graph, const std::vector<CommitId>& starts) {
  std::vector<uint32_t> out(graph.size(), kFar);
  for (const CommitId start : starts) out[start] = 0;
  // Down and up along ascending ids finds every way without a turn; two rounds do for the few turns that matter.
  for (int round = 0; round < 2; ++round) {
    for (CommitId commit = 0; commit < graph.candidates(); ++commit) {
      for (const CommitId parent : graph.parents(commit)) out[parent] = std::min(out[parent], out[commit] + 1);
    }
    for (auto commit = static_cast<CommitId>(graph.candidates()); commit-- > 0;) {
      for (const CommitId parent : graph.parents(commit)) out[commit] = std::min(out[commit], out[parent] + 1);
    }
  }
  return out;
}

}  // namespace

std::vector<double> estimate_testability(const CommitGraph& graph, const std::vector<Belief::Test>& tests) {
  std::vector<CommitId> broken;
  std::vector<CommitId> working;
  for (const auto& test : tests) (test.runs.is_testable() ? working : broken).push_back(test.commit);
  std::vector<double> out(graph.size(), 1);
  if (broken.empty()) return out;
  const auto to_broken = distances_from(graph, broken);
  const auto to_working = distances_from(graph, working);
  // Without more to go by, half of the broken stretches end within `scale`; it grows with what has been found broken.
  const double scale = 2.0 * static_cast<double>(broken.size());
  for (size_t i = 0; i < out.size(); ++i) {
    const double b = to_broken[i];
    const double w = to_working[i];
    out[i] = b == 0 ? 0 : 1 - scale / (scale + b) * (w / (w + b));
  }
  return out;
}

}  // namespace ktriage

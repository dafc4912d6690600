#include "tests/cluster_quality.h"

#include <map>
#include <utility>

namespace ktriage::test {
namespace {

double pairs(int count) { return 0.5 * count * (count - 1); }

}  // namespace

ClusterQuality measure(const std::vector<Labelled>& items) {
  std::map<std::string, int> clusters;
  std::map<std::string, int> truths;
  std::map<std::pair<std::string, std::string>, int> both;
  for (const auto& item : items) {
    ++clusters[item.cluster];
    ++truths[item.truth];
    ++both[{item.cluster, item.truth}];
  }
  ClusterQuality quality;
  double together = 0;
  for (const auto& [key, count] : both) {
    quality.precision += static_cast<double>(count) * count / clusters[key.first];
    quality.recall += static_cast<double>(count) * count / truths[key.second];
    together += pairs(count);
  }
  const auto all = static_cast<double>(items.size());
  quality.precision /= all;
  quality.recall /= all;
  quality.f1 = 2 * quality.precision * quality.recall / (quality.precision + quality.recall);
  double cluster_pairs = 0;
  double truth_pairs = 0;
  for (const auto& [name, count] : clusters) cluster_pairs += pairs(count);
  for (const auto& [name, count] : truths) truth_pairs += pairs(count);
  const double by_chance = items.size() < 2 ? 0 : cluster_pairs * truth_pairs / pairs(static_cast<int>(items.size()));
  const double most = (cluster_pairs + truth_pairs) / 2;
  quality.rand = most == by_chance ? 1 : (together - by_chance) / (most - by_chance);
  return quality;
}

}  // namespace ktriage::test

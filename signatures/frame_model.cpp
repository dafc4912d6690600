#include "signatures/frame_model.h"

#include <algorithm>
#include <cmath>

namespace ktriage {
namespace {

constexpr double kLeast = 0.05;
constexpr int kFewSites = 20;  // below this a batch says nothing about what is common

/// 1 for a function met once in `sites`, falling with the logarithm of its count to 0 for one met everywhere.
double rarity(int count, int sites) {
  return count <= 1 || sites < kFewSites ? 1.0 : 1.0 - std::log(count) / std::log(sites);
}

int count_in(const std::map<std::string, int, std::less<>>& counts, std::string_view function) {
  const auto found = counts.find(function);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

void FrameModel::add_site(const Signature& signature) {
  ++counted_sites_;
  for (const auto& frame : signature.frames) ++counted_[frame.function];
}

double FrameModel::weight(std::string_view function) const {
  const double learnt = rarity(count_in(learnt_, function), learnt_sites_);
  const double counted = rarity(count_in(counted_, function), counted_sites_);
  return std::clamp(std::min(learnt, counted), kLeast, 1.0);
}

}  // namespace ktriage

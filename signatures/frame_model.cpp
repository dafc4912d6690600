#include "signatures/frame_model.h"

#include <algorithm>
#include <cmath>

namespace ktriage {
namespace {

constexpr double kLeast = 0.05;
constexpr double kCarrier = 0.35;  // what a function that only hands requests on says at most
constexpr int kFewSites = 20;      // below this a batch says nothing about what is common

/// 1 for a function met once in `sites`, falling with the logarithm of its count to 0 for one met everywhere.
double rarity(int count, int sites) {
  return count <= 1 || sites < kFewSites ? 1.0 : 1.0 - std::log(count) / std::log(sites);
}

}  // namespace

FrameModel::FrameModel(const SignatureRules& rules) {
  for (const auto& list : rules.carriers) {
    for (const auto& function : list.functions) known_[function] = kCarrier;
  }
  for (const auto& [function, count] : rules.common) {
    double& weight = known_.try_emplace(function, 1.0).first->second;
    weight = std::min(weight, rarity(count, rules.sites));
  }
}

void FrameModel::add_site(const Signature& signature) {
  ++counted_sites_;
  for (const auto& frame : signature.frames) ++counted_[frame.function];
}

double FrameModel::weight(std::string_view function) const {
  const auto known = known_.find(function);
  const auto counted = counted_.find(function);
  const double least = std::min(known == known_.end() ? 1.0 : known->second,
                                counted == counted_.end() ? 1.0 : rarity(counted->second, counted_sites_));
  return std::clamp(least, kLeast, 1.0);
}

}  // namespace ktriage

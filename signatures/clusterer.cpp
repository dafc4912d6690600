#include "signatures/clusterer.h"

#include <algorithm>
#include <tuple>

namespace ktriage {
namespace {

constexpr double kMergeScore = 0.68;  // tuned on half of the corpus's bugs, reported on the other half
constexpr size_t kExemplars = 6;      // signatures of a cluster that others are compared with
constexpr size_t kPerKey = 16;        // clusters that one key may propose: a key that fits more says nothing
constexpr size_t kCandidates = 24;    // clusters that a signature is compared with
constexpr size_t kIndexedFrames = 4;
constexpr double kTelling = 0.5;

auto content(const Signature& s) { return std::tie(s.id, s.what, s.anchor, s.module, s.titles, s.evidence); }

}  // namespace

bool clearer(const Signature& a, const Signature& b) {
  if (a.corrupted != b.corrupted) return b.corrupted;
  if (a.frames.size() != b.frames.size()) return a.frames.size() > b.frames.size();
  if (content(a) != content(b)) return content(a) < content(b);
  if (a.frames != b.frames) return a.frames < b.frames;
  return std::tie(a.allocation, a.free) < std::tie(b.allocation, b.free);
}

/// What a signature can be found by. The first frames are keys if they are rare enough to mean something.
std::vector<std::string> Clusterer::keys_of(const Signature& signature) const {
  std::vector<std::string> keys;
  if (!signature.anchor.empty()) keys.push_back("a" + signature.anchor);
  if (!signature.evidence.empty()) keys.push_back("e" + signature.evidence);
  for (size_t i = 0; i < signature.frames.size() && i < kIndexedFrames; ++i) {
    const auto& function = signature.frames[i].function;
    if (i == 0 || model_.weight(function) >= kTelling) keys.push_back("f" + function);
  }
  return keys;
}

std::vector<size_t> Clusterer::candidates(const Signature& signature) const {
  std::vector<size_t> out;
  for (const auto& key : keys_of(signature)) {
    const auto found = index_.find(key);
    if (found == index_.end()) continue;
    const auto& clusters = found->second;
    out.insert(out.end(), clusters.begin(),
               clusters.begin() + static_cast<std::ptrdiff_t>(std::min(clusters.size(), kPerKey)));
    if (out.size() > kCandidates) break;
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Clusterer::Closest Clusterer::closest(size_t cluster, const Signature& signature) const {
  Closest best;
  for (const auto& exemplar : exemplars_[cluster]) {
    const double score = same_bug_score(signature, exemplar, model_, rules_);
    if (score > best.score) best = {score, &exemplar};
  }
  return best;
}

bool Clusterer::is_of_another_mistake(size_t cluster, const Signature& signature) const {
  const auto& exemplars = exemplars_[cluster];
  return std::any_of(exemplars.begin(), exemplars.end(),
                     [&](const Signature& exemplar) { return mistakes_differ(signature, exemplar); });
}

void Clusterer::add_exemplar(size_t cluster, const Signature& signature) {
  auto& exemplars = exemplars_[cluster];
  if (exemplars.size() < kExemplars) exemplars.push_back(signature);
  for (const auto& key : keys_of(signature)) {
    auto& clusters = index_[key];
    if (clusters.size() < kPerKey && std::find(clusters.begin(), clusters.end(), cluster) == clusters.end()) {
      clusters.push_back(cluster);
    }
  }
}

size_t Clusterer::restore(const std::vector<Signature>& exemplars) {
  exemplars_.emplace_back();
  for (const auto& exemplar : exemplars) add_exemplar(exemplars_.size() - 1, exemplar);
  return exemplars_.size() - 1;
}

Placement Clusterer::place(const Signature& signature) {
  Closest best;
  Placement placement;
  for (const size_t cluster : candidates(signature)) {
    const Closest found = closest(cluster, signature);
    if (found.score <= best.score || is_of_another_mistake(cluster, signature)) continue;
    best = found;
    placement.cluster = cluster;
  }
  if (best.score < kMergeScore) {
    placement = {exemplars_.size(), true, 1, {}};
    exemplars_.emplace_back();
  } else {
    placement.score = best.score;
    placement.why = judge(signature, *best.exemplar, model_, rules_).why;
  }
  add_exemplar(placement.cluster, signature);
  return placement;
}

std::vector<NearMiss> Clusterer::near_misses(size_t cluster, size_t limit) const {
  std::vector<NearMiss> out;
  const Signature& founder = exemplars_[cluster].front();
  for (const size_t other : candidates(founder)) {
    if (other == cluster) continue;
    const Closest found = closest(other, founder);
    if (found.exemplar == nullptr) continue;
    Judgement judgement = judge(founder, *found.exemplar, model_, rules_);
    if (judgement.verdict != Verdict::Different) out.push_back({other, judgement.score, std::move(judgement.why)});
  }
  std::sort(out.begin(), out.end(), [](const NearMiss& a, const NearMiss& b) {
    return std::tie(b.score, a.cluster) < std::tie(a.score, b.cluster);
  });
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace ktriage

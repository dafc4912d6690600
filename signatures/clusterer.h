#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "signatures/frame_model.h"
#include "signatures/same_bug.h"
#include "signatures/signature.h"

namespace ktriage {

/// Where a signature went.
struct Placement {
  size_t cluster = 0;
  bool founded = false;  ///< the cluster is new: nothing before it was close enough
  double score = 1;      ///< how close the signature is to the cluster
  std::string why;       ///< the argument for it; empty if founded
};

/// A cluster that is close, but not close enough.
struct NearMiss {
  size_t cluster = 0;
  double score = 0;
  std::string why;
};

/// Puts signatures into clusters, one after the other: each joins the closest cluster that is close enough, or founds
/// one. It is compared with a few exemplars of a few candidates, which an index on sites, titles and rare frames finds,
/// so that time is linear in the number of signatures. The outcome depends on the order: begin with the clearest
/// (clearer()).
class Clusterer {
 public:
  /// `rules` must outlive the clusterer.
  Clusterer(const SignatureRules& rules, FrameModel model) : rules_(rules), model_(std::move(model)) {}

  /// A cluster that an earlier run has made. Returns its index: clusters count from 0 in order of their coming.
  size_t restore(const std::vector<Signature>& exemplars);

  Placement place(const Signature& signature);

  /// Clusters that `cluster` is likely, but not surely, the same bug as; nearest first, at most `limit`.
  std::vector<NearMiss> near_misses(size_t cluster, size_t limit) const;

  size_t size() const { return exemplars_.size(); }
  /// What new signatures are compared with; the founder first.
  const std::vector<Signature>& exemplars(size_t cluster) const { return exemplars_[cluster]; }

 private:
  std::vector<std::string> keys_of(const Signature& signature) const;
  std::vector<size_t> candidates(const Signature& signature) const;
  struct Closest {
    double score = 0;
    const Signature* exemplar = nullptr;  // null: nothing scored above 0
  };

  Closest closest(size_t cluster, const Signature& signature) const;
  /// A report in the cluster that does not say which mistake it was must not bring two mistakes together.
  bool is_of_another_mistake(size_t cluster, const Signature& signature) const;
  void add_exemplar(size_t cluster, const Signature& signature);

  const SignatureRules& rules_;
  FrameModel model_;
  std::vector<std::vector<Signature>> exemplars_;
  std::unordered_map<std::string, std::vector<size_t>> index_;
};

/// Orders signatures for Clusterer::place: sound before corrupted, more frames before fewer, then by content.
bool clearer(const Signature& a, const Signature& b);

}  // namespace ktriage

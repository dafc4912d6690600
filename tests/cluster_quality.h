#pragma once

#include <string>
#include <vector>

namespace ktriage::test {

/// One item of a clustering: where it was put, and where it belongs.
struct Labelled {
  std::string cluster;
  std::string truth;
};

/// How well clusters agree with the truth, each from 0 to 1 (the adjusted Rand index may fall below 0).
struct ClusterQuality {
  double precision = 0;  ///< B-cubed: of an item's companions, how many belong to it
  double recall = 0;     ///< B-cubed: of those that belong to it, how many are its companions
  double f1 = 0;         ///< harmonic mean of the two
  double rand = 0;       ///< adjusted Rand index: pairs put together or apart as the truth has them, beyond chance
};

/// Bagga and Baldwin 1998; Hubert and Arabie 1985. REQUIRES: `items` is not empty.
ClusterQuality measure(const std::vector<Labelled>& items);

}  // namespace ktriage::test

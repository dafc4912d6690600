#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "signatures/frame_model.h"
#include "signatures/signature.h"

namespace ktriage {

/// Two frame sequences laid beside each other, as the heaviest common subsequence.
struct Alignment {
  std::vector<std::pair<size_t, size_t>> matches;  ///< indices in both, ascending
  double matched = 0;                              ///< weight of the frames in common
  double conflict = 0;  ///< weight of frames that stand against others: another way was taken
  double gap = 0;       ///< weight of frames that one side lacks: inlined, tail-called or lost by the unwinder

  /// The first frame matches in both, and right above it both have frames, different ones.
  bool callers_differ = false;
};

/// Weights fall with the distance from the crash and with how common a function is. A frame that the other side only
/// hints at counts half.
Alignment align(const Signature& a, const Signature& b, const FrameModel& model);

}  // namespace ktriage

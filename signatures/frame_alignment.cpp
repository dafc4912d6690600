#include "signatures/frame_alignment.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ktriage {
namespace {

constexpr double kDecay = 0.75;   // per frame away from the crash
constexpr double kTelling = 0.5;  // a frame above this weight is particular to few crash sites

using Frames = std::vector<SignatureFrame>;

/// The same function. Built in here and a module there is the same code; two modules are not.
bool same(const SignatureFrame& a, const SignatureFrame& b) {
  return a.function == b.function && (a.module.empty() || b.module.empty() || a.module == b.module);
}

std::vector<double> weights_of(const Frames& frames, const FrameModel& model) {
  std::vector<double> out;
  out.reserve(frames.size());
  double decay = 1;
  for (const auto& frame : frames) {
    out.push_back(model.weight(frame.function) * decay);
    decay *= kDecay;
  }
  return out;
}

/// Indices of the heaviest common subsequence.
std::vector<std::pair<size_t, size_t>> heaviest(const Frames& a, const Frames& b, const std::vector<double>& wa,
                                                const std::vector<double>& wb) {
  const size_t rows = a.size() + 1;
  const size_t columns = b.size() + 1;
  std::vector<double> best(rows * columns, 0);
  const auto at = [&](size_t i, size_t j) -> double& { return best[i * columns + j]; };
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      at(i, j) = std::max(at(i + 1, j), at(i, j + 1));
      if (same(a[i], b[j])) at(i, j) = std::max(at(i, j), at(i + 1, j + 1) + wa[i] + wb[j]);
    }
  }
  std::vector<std::pair<size_t, size_t>> out;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (same(a[i], b[j]) && at(i, j) == at(i + 1, j + 1) + wa[i] + wb[j]) {
      out.emplace_back(i++, j++);
    } else if (at(i, j) == at(i + 1, j)) {
      ++i;
    } else {
      ++j;
    }
  }
  return out;
}

/// Adds up what the matches have in common, and what stands between them.
class Weigher {
 public:
  Weigher(const Signature& a, const Signature& b, const FrameModel& model)
      : a_(a), b_(b), wa_(weights_of(a.frames, model)), wb_(weights_of(b.frames, model)) {}

  Alignment weigh() {
    out_.matches = heaviest(a_.frames, b_.frames, wa_, wb_);
    size_t i = 0;
    size_t j = 0;
    for (const auto& [x, y] : out_.matches) {
      between(i, x, j, y);
      out_.matched += (wa_[x] + wb_[y]) / 2;
      i = x + 1;
      j = y + 1;
    }
    // At the far end a stack that just stops says nothing against a longer one.
    if (i < a_.frames.size() && j < b_.frames.size()) between(i, a_.frames.size(), j, b_.frames.size());
    return std::move(out_);
  }

 private:
  /// The weight of frames that the other side lacks; what it hints at is a match of half the weight.
  double lacking(const Frames& frames, const std::vector<double>& weights, const std::vector<std::string>& hints,
                 size_t from, size_t to) {
    double out = 0;
    for (size_t i = from; i < to; ++i) {
      if (std::find(hints.begin(), hints.end(), frames[i].function) != hints.end()) {
        out_.matched += weights[i] / 2;
      } else {
        out += weights[i];
      }
    }
    return out;
  }

  void between(size_t i, size_t end_a, size_t j, size_t end_b) {
    const double left = lacking(a_.frames, wa_, b_.hints, i, end_a);
    const double right = lacking(b_.frames, wb_, a_.hints, j, end_b);
    (left > 0 && right > 0 ? out_.conflict : out_.gap) += (left + right) / 2;
  }

  const Signature& a_;
  const Signature& b_;
  std::vector<double> wa_;
  std::vector<double> wb_;
  Alignment out_;
};

}  // namespace

Alignment align(const Signature& a, const Signature& b, const FrameModel& model) {
  // Of several heaviest subsequences the one found depends on the order, and the judgement must not.
  const bool swapped = std::tie(b.frames, b.hints) < std::tie(a.frames, a.hints);
  Alignment out = swapped ? Weigher(b, a, model).weigh() : Weigher(a, b, model).weigh();
  if (swapped) {
    for (auto& [x, y] : out.matches) std::swap(x, y);
  }
  const bool first = !out.matches.empty() && out.matches.front() == std::pair<size_t, size_t>{0, 0};
  if (first && a.frames.size() > 1 && b.frames.size() > 1) {
    const size_t next_a = out.matches.size() > 1 ? out.matches[1].first : a.frames.size();
    const size_t next_b = out.matches.size() > 1 ? out.matches[1].second : b.frames.size();
    out.callers_differ = next_a > 1 && next_b > 1 && model.weight(a.frames[1].function) >= kTelling &&
                         model.weight(b.frames[1].function) >= kTelling;
  }
  return out;
}

}  // namespace ktriage

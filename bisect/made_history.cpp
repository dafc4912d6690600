#include "bisect/made_history.h"

#include <algorithm>
#include <utility>

#include "bisect/random.h"

namespace ktriage {
namespace {

constexpr int64_t kStart = 1700000000;

class Maker {
 public:
  explicit Maker(const HistoryShape& shape) : shape_(shape), random_(shape.seed) {}

  std::vector<MadeCommit> make() {
    heads_ = {add({})};
    while (history_.size() < shape_.commits) step();
    while (heads_.size() > 1) merge(shape_.octopus > 0 ? 5 : 2);
    return std::move(history_);
  }

 private:
  size_t add(std::vector<size_t> parents) {
    // Some neighbours share their second, as commits of one `git am` do.
    if (!random_.chance(0.3)) clock_ += 1 + static_cast<int64_t>(random_.below(600));
    int64_t date = clock_;
    if (shape_.skew > 0)
      date += static_cast<int64_t>(random_.below(static_cast<size_t>(2 * shape_.skew))) - shape_.skew;
    history_.push_back({std::move(parents), date});
    return history_.size() - 1;
  }

  void step() {
    if (heads_.size() >= 2 && random_.chance(shape_.merge)) {
      if (random_.chance(shape_.criss_cross)) {
        cross();
      } else {
        merge(random_.chance(shape_.octopus) ? 2 + random_.below(4) : 2);
      }
    } else if (random_.chance(shape_.fork)) {
      const size_t recent = std::min<size_t>(history_.size(), 200);
      const size_t from =
          random_.chance(0.5) ? heads_[random_.below(heads_.size())] : history_.size() - 1 - random_.below(recent);
      heads_.push_back(add({from}));
    } else {
      size_t& head = heads_[random_.below(heads_.size())];
      head = add({head});
    }
  }

  void shuffle_heads() {
    for (size_t i = heads_.size(); i > 1; --i) std::swap(heads_[i - 1], heads_[random_.below(i)]);
  }

  void merge(size_t most) {
    shuffle_heads();
    std::vector<size_t> parents;
    while (!heads_.empty() && parents.size() < most) {
      parents.push_back(heads_.back());
      heads_.pop_back();
    }
    heads_.push_back(add(std::move(parents)));
  }

  void cross() {
    shuffle_heads();
    size_t& one = heads_[heads_.size() - 1];
    size_t& other = heads_[heads_.size() - 2];
    const size_t first = add({one, other});
    const size_t second = add({other, one});
    one = first;
    other = second;
  }

  HistoryShape shape_;
  Random random_;
  int64_t clock_ = kStart;
  std::vector<MadeCommit> history_;
  std::vector<size_t> heads_;
};

}  // namespace

std::vector<MadeCommit> make_history(const HistoryShape& shape) { return Maker(shape).make(); }

HistoryShape kernel_like(size_t commits, uint64_t seed) {
  HistoryShape shape;
  shape.commits = commits;
  shape.fork = 0.08;
  shape.merge = 0.08;
  shape.octopus = 0.01;
  shape.criss_cross = 0.02;
  shape.seed = seed;
  return shape;
}

std::string to_rev_list(const std::vector<MadeCommit>& history) {
  std::string out;
  for (size_t i = history.size(); i-- > 1;) {
    out += std::to_string(history[i].date) + " c" + std::to_string(i);
    for (const size_t parent : history[i].parents) out += " c" + std::to_string(parent);
    out += '\n';
  }
  return out;
}

}  // namespace ktriage

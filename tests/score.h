#pragma once

#include <cstdio>
#include <map>
#include <string>

namespace ktriage::test {

/// A table of what is right, by what was asked; each wrong answer is printed where it falls.
class ScoreTable {
 public:
  void add(const std::string& what, const std::string& name, const std::string& expected, const std::string& actual) {
    Score& score = table_[what];
    ++score.all;
    if (expected == actual) {
      ++score.right;
    } else {
      std::printf("%-12s %s\n    expected %s\n    got      %s\n", what.c_str(), name.c_str(), expected.c_str(),
                  actual.c_str());
    }
  }

  /// Right answers among all; 1 if nothing was asked.
  double share(const std::string& what) { return table_[what].share(); }

  void print() const {
    for (const auto& [what, score] : table_) {
      std::printf("%-24s %4d of %4d  %5.1f%%\n", what.c_str(), score.right, score.all, 100 * score.share());
    }
  }

 private:
  struct Score {
    int right = 0;
    int all = 0;
    double share() const { return all == 0 ? 1.0 : static_cast<double>(right) / all; }
  };
  std::map<std::string, Score> table_;
};

}  // namespace ktriage::test

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/git_repository.h"

namespace ktriage::test {

/// How one bisection went, in git and in `strategy: git` side by side.
struct Comparison {
  int candidates = 0;
  int tests = 0;  ///< commits tested; each compared, with its "Bisecting: …" line
  int skips = 0;  ///< of those
  bool ended_by_skips = false;
  std::string difference;  ///< the first, with the case; empty: none
};

/// Bisects a random range of the repository for a random culprit with a random set of untestable commits. Same seed,
/// same case.
Comparison compare_with_git(const GitRepository& repository, uint64_t seed);

/// A history of some kind, as the tests take them.
struct HistoryKind {
  std::string name;
  HistoryShape shape;
};

std::vector<HistoryKind> history_kinds();

}  // namespace ktriage::test

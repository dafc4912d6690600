// Compares `strategy: git` with the installed git on many random bisections, and prints how many of what kind.
//   git_equality_figures [CASES-PER-KIND [REPOSITORY...]]

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/git_equality.h"

namespace {

using ktriage::test::GitRepository;

struct Totals {
  int cases = 0;
  int tests = 0;
  int skips = 0;
  int ended_by_skips = 0;
  int different = 0;
  int largest = 0;
};

void run_cases(const GitRepository& repository, uint64_t first_seed, int count, Totals& totals) {
  for (int i = 0; i < count; ++i) {
    const auto result = compare_with_git(repository, first_seed + static_cast<uint64_t>(i));
    ++totals.cases;
    totals.tests += result.tests;
    totals.skips += result.skips;
    totals.largest = std::max(totals.largest, result.candidates);
    if (result.ended_by_skips) ++totals.ended_by_skips;
    if (result.difference.empty()) continue;
    ++totals.different;
    std::printf("DIFFERENT: %s\n", result.difference.c_str());
  }
}

void print(const std::string& name, const Totals& totals) {
  std::printf("%-34s %5d %6d %6d %6d %8d %9d\n", name.c_str(), totals.cases, totals.tests, totals.skips,
              totals.ended_by_skips, totals.largest, totals.different);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int per_kind = argc > 1 ? std::atoi(argv[1]) : 100;
  std::printf("%s%-34s %5s %6s %6s %6s %8s %9s\n", ktriage::test::output_of("git --version").c_str(), "history",
              "cases", "tests", "skips", "skip end", "largest", "different");
  Totals all;
  const auto add = [&](const std::string& name, const Totals& totals) {
    print(name, totals);
    all.cases += totals.cases;
    all.tests += totals.tests;
    all.skips += totals.skips;
    all.ended_by_skips += totals.ended_by_skips;
    all.different += totals.different;
    all.largest = std::max(all.largest, totals.largest);
  };
  for (auto [name, shape] : ktriage::test::history_kinds()) {
    Totals totals;
    constexpr int kPerHistory = 10;
    for (int done = 0; done < per_kind; done += kPerHistory) {
      shape.seed = 100 + static_cast<uint64_t>(done);
      run_cases(GitRepository::of(make_history(shape)), shape.seed * 1000, std::min(kPerHistory, per_kind - done),
                totals);
    }
    add(name, totals);
  }
  std::vector<std::string> repositories = {KTRIAGE_SOURCE_DIR};
  for (int i = 2; i < argc; ++i) repositories.emplace_back(argv[i]);
  for (const auto& path : repositories) {
    const GitRepository repository = GitRepository::clone(path);
    Totals totals;
    if (repository.has_commits()) run_cases(repository, 7, per_kind, totals);
    add(path, totals);
  }
  print("all", all);
  return all.different == 0 ? 0 : 1;
}

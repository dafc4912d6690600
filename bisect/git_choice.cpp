// The algorithm of git's bisect.c, in terms of our graph.
//
// Git lists the candidates by date (the newest that some listed child names comes next), and looks through the list
// from its old end. A candidate's weight is how many candidates it reaches; the best is the first whose weight is
// nearest to half. To save time, git stops at any commit that is near enough to half, and it weighs merges before all
// others, so the order of weighing decides ties. Once something has been skipped it weighs all, sorts, and if the best
// is a skipped one jumps to one further down: how far is a pseudo-random function of how many there are.

#include "bisect/git_choice.h"

#include <algorithm>
#include <cstdlib>
#include <queue>
#include <utility>

namespace ktriage {
namespace {

/// Of each commit of the graph: does `bad` reach it, and no good one?
std::vector<uint8_t> mark_range(const CommitGraph& graph, const GitKnowledge& known) {
  enum : uint8_t { Unseen, Wanted, Good };
  std::vector<uint8_t> marks(graph.size(), Unseen);
  marks[known.bad] = Wanted;
  for (const CommitId good : known.goods) marks[good] = Good;
  for (CommitId commit = 0; commit < graph.candidates(); ++commit) {
    for (const CommitId parent : graph.parents(commit)) marks[parent] = std::max(marks[parent], marks[commit]);
  }
  for (uint8_t& mark : marks) mark = mark == Wanted ? 1 : 0;
  return marks;
}

/// The range as `git rev-list` prints it: newest date first, equal dates in the order in which children name them.
std::vector<CommitId> list_by_date(const CommitGraph& graph, CommitId bad, const std::vector<uint8_t>& in_range) {
  struct Entry {
    int64_t date;
    size_t order;
    CommitId commit;
    bool operator<(const Entry& other) const { return date != other.date ? date < other.date : order > other.order; }
  };
  std::priority_queue<Entry> queue;
  std::vector<bool> seen(graph.size());
  size_t order = 0;
  const auto add = [&](CommitId commit) {
    if (in_range[commit] == 0 || seen[commit]) return;
    seen[commit] = true;
    queue.push({graph.date(commit), order++, commit});
  };
  std::vector<CommitId> list;
  for (add(bad); !queue.empty();) {
    const CommitId commit = queue.top().commit;
    queue.pop();
    list.push_back(commit);
    for (const CommitId parent : graph.parents(commit)) add(parent);
  }
  return list;
}

/// A range as git weighs it: commits from old to new, and how many of them each reaches.
struct Weighed {
  std::vector<CommitId> list;
  std::vector<size_t> weight;       // by CommitId
  std::vector<uint8_t> parents_in;  // by CommitId: 0, 1 or 2 for more, of its parents in the range

  size_t distance(CommitId commit) const { return std::min(weight[commit], list.size() - weight[commit]); }

  bool is_halfway(CommitId commit) const {
    const auto n = static_cast<int64_t>(list.size());
    const int64_t off = std::abs(2 * static_cast<int64_t>(weight[commit]) - n);
    return off <= 1 || off < n / 1024;
  }
};

Weighed weigh(const CommitGraph& graph, const AncestorSums& sums, CommitId bad, const std::vector<uint8_t>& in_range) {
  Weighed out;
  out.list = list_by_date(graph, bad, in_range);
  std::reverse(out.list.begin(), out.list.end());
  std::vector<double> counts(graph.candidates());
  for (const CommitId commit : out.list) counts[commit] = 1;
  sums.sum(counts, counts);
  out.weight.assign(counts.begin(), counts.end());
  out.parents_in.resize(graph.candidates());
  for (const CommitId commit : out.list) {
    const auto parents = graph.parents(commit);
    const auto inside = std::count_if(parents.begin(), parents.end(), [&](CommitId p) { return in_range[p] != 0; });
    out.parents_in[commit] = static_cast<uint8_t>(std::min<std::ptrdiff_t>(inside, 2));
  }
  return out;
}

/// do_find_bisection() without FIND_BISECTION_ALL.
CommitId find_halfway(const CommitGraph& graph, const Weighed& range) {
  std::vector<bool> weighed(graph.size());
  size_t left = 0;
  for (const CommitId commit : range.list) {
    weighed[commit] = range.parents_in[commit] == 0;
    if (!weighed[commit]) ++left;
  }
  for (const CommitId commit : range.list) {
    if (range.parents_in[commit] < 2) continue;
    if (range.is_halfway(commit)) return commit;
    weighed[commit] = true;
    --left;
  }
  while (left > 0) {  // more than once only if dates are skewed, so that a parent stands behind its child
    for (const CommitId commit : range.list) {
      if (weighed[commit]) continue;
      const auto parents = graph.parents(commit);
      if (std::none_of(parents.begin(), parents.end(), [&](CommitId parent) { return weighed[parent]; })) continue;
      if (range.is_halfway(commit)) return commit;
      weighed[commit] = true;
      --left;
    }
  }
  const auto farther = [&](CommitId a, CommitId b) { return range.distance(a) < range.distance(b); };
  return *std::max_element(range.list.begin(), range.list.end(), farther);
}

int pseudo_random(unsigned seed) { return static_cast<int>((seed * 1103515245 + 12345) / 65536 % 32768); }

int square_root(int value) {
  if (value == 0) return 0;
  const auto of = static_cast<float>(value);
  float x = of;
  float change = 0;
  do {
    const float y = (x + of / x) / 2;
    change = std::abs(y - x);
    x = y;
  } while (change >= 0.5F);
  return static_cast<int>(x);
}

/// skip_away(): whom to test of those not skipped, which are sorted with the best in front.
CommitId jump(const std::vector<CommitId>& sorted, CommitId bad) {
  constexpr int kModulo = 32768;
  const auto count = static_cast<unsigned>(sorted.size());
  const int random = pseudo_random(count);
  // Git multiplies ints; where that wraps it ends beyond the list, or before it.
  const auto product = static_cast<int32_t>(count * static_cast<unsigned>(random));
  const auto index = static_cast<int64_t>(product / kModulo) * square_root(random) / square_root(kModulo);
  if (index < 0 || index >= static_cast<int64_t>(sorted.size())) return sorted.front();
  const auto at = static_cast<size_t>(index);
  if (sorted[at] != bad) return sorted[at];
  return sorted[at == 0 ? 0 : at - 1];
}

void choose_among_skipped(const CommitGraph& graph, const GitKnowledge& known, Weighed range, GitChoice& choice) {
  std::sort(range.list.begin(), range.list.end(), [&](CommitId a, CommitId b) {
    const size_t da = range.distance(a);
    const size_t db = range.distance(b);
    return da != db ? da > db : graph.name(a) < graph.name(b);
  });
  const CommitId best = range.list.front();
  choice.revisions_left = range.list.size() - range.weight[best] - 1;
  std::vector<bool> is_skipped(graph.size());
  for (const CommitId commit : known.skipped) is_skipped[commit] = true;
  if (!is_skipped[best]) {
    choice.commit = best;
    return;
  }
  std::vector<CommitId> testable;
  for (const CommitId commit : range.list) (is_skipped[commit] ? choice.possible : testable).push_back(commit);
  choice.commit = testable.empty() ? known.bad : jump(testable, known.bad);
  if (choice.commit == known.bad) {
    choice.kind = GitChoice::Kind::OnlySkippedLeft;
    if (!testable.empty()) choice.possible.push_back(known.bad);
  }
}

}  // namespace

int estimate_steps(size_t candidates) {
  if (candidates < 3) return 0;
  int log = 0;
  while ((candidates >> (log + 1)) != 0) ++log;
  const size_t power = size_t{1} << log;
  return power < 3 * (candidates - power) ? log : log - 1;
}

GitChoice choose_as_git(const CommitGraph& graph, const AncestorSums& sums, const GitKnowledge& known) {
  GitChoice choice;
  const auto in_range = mark_range(graph, known);
  if (!graph.is_candidate(known.bad) || in_range[known.bad] == 0) return choice;
  Weighed range = weigh(graph, sums, known.bad, in_range);
  const size_t n = range.list.size();
  choice.kind = GitChoice::Kind::Test;
  choice.steps_left = estimate_steps(n);
  if (known.skipped.empty()) {
    choice.commit = find_halfway(graph, range);
    choice.revisions_left = n - range.weight[choice.commit] - 1;
  } else {
    choose_among_skipped(graph, known, std::move(range), choice);
  }
  if (choice.kind == GitChoice::Kind::Test && choice.commit == known.bad) choice.kind = GitChoice::Kind::FirstBad;
  return choice;
}

}  // namespace ktriage

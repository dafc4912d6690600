#include "tests/git_equality.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "bisect/ancestor_sums.h"
#include "bisect/commit_graph.h"
#include "bisect/random.h"
#include "bisect/strategy.h"

namespace ktriage::test {
namespace {

/// A bisection to do: what the user says, and what is true.
struct Case {
  CommitGraph graph;
  std::string start;                ///< arguments of git bisect start
  std::vector<uint8_t> untestable;  ///< by CommitId
  CommitId culprit = 0;
};

CommitGraph read_graph(const GitRepository& repository, const std::string& range) {
  auto graph = CommitGraph::from_rev_list(repository.git("rev-list --parents --timestamp " + range));
  if (!graph) throw std::runtime_error(graph.errors().front().to_string());
  return std::move(graph.value());
}

std::vector<CommitId> ancestors_of(const CommitGraph& graph, CommitId commit) {
  std::vector<uint8_t> reached(graph.candidates());
  AncestorSums(graph).mark_ancestors(commit, reached);
  std::vector<CommitId> out;
  for (CommitId id = 0; id < graph.candidates(); ++id) {
    if (reached[id] != 0 && id != commit) out.push_back(id);
  }
  return out;
}

/// None, some, half, or a whole stretch of commits, never the bad one.
std::vector<uint8_t> choose_untestable(const CommitGraph& graph, Random& random) {
  const size_t n = graph.candidates();
  std::vector<uint8_t> out(n);
  const size_t kind = random.below(4);
  const double share = kind == 1 ? 0.1 : kind == 2 ? 0.5 : 0;
  for (size_t i = 1; i < n; ++i) out[i] = random.chance(share) ? 1 : 0;
  if (kind == 3 && n > 1) {
    const size_t from = 1 + random.below(n - 1);
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(from),
              out.begin() + static_cast<std::ptrdiff_t>(std::min(n, from + 1 + n / 3)), uint8_t{1});
  }
  return out;
}

Case make_case(const GitRepository& repository, Random& random) {
  const CommitGraph all = read_graph(repository, "main");
  const auto bad = static_cast<CommitId>(random.below(all.candidates() / 2 + 1));
  const auto older = ancestors_of(all, bad);
  if (older.empty()) throw std::runtime_error("history too short");
  std::string start = all.name(bad);
  std::string range = start + " --not";
  for (size_t goods = 1 + random.below(3); goods > 0; --goods) {
    // Mostly old ones, so that ranges are not all small.
    const size_t oldest = older.size() - 1;
    const std::string& good =
        all.name(older[random.chance(0.5) ? oldest - random.below(older.size() / 4 + 1) : random.below(older.size())]);
    start += " " + good;
    range += " " + good;
  }
  CommitGraph graph = read_graph(repository, range);
  auto untestable = choose_untestable(graph, random);
  const auto culprit = static_cast<CommitId>(random.below(graph.candidates()));
  return {std::move(graph), std::move(start), std::move(untestable), culprit};
}

/// What git bisect says after each command.
struct GitWords {
  std::string bisecting;              ///< the line "Bisecting: …"; empty at the end
  std::string commit;                 ///< to test, or the first bad one
  std::vector<std::string> possible;  ///< when only skipped ones are left
};

bool is_hash(const std::string& text) {
  return text.size() >= 40 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

GitWords read_words(const std::string& output) {
  GitWords words;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Bisecting: ")) words.bisecting = line;
    if (line.starts_with("[") && line.find(']') != std::string::npos) words.commit = line.substr(1, line.find(']') - 1);
    if (is_hash(line)) words.possible.push_back(line);
    const size_t end = line.find(" is the first bad commit");
    if (end != std::string::npos) words.commit = line.substr(0, end);
    if (line.find(" is the first 'bad' commit") != std::string::npos) words.commit = line.substr(0, line.find(' '));
  }
  return words;
}

GitWords ours(const CommitGraph& graph, const Strategy& strategy) {
  GitWords words;
  const SearchStatus status = strategy.status();
  if (status.state == SearchState::Searching) {
    words.bisecting = bisecting_line(status.revisions_left, status.steps_left);
    words.commit = graph.name(strategy.propose(1).at(0).commit);
  } else if (status.state == SearchState::Found) {
    words.commit = graph.name(status.suspects.at(0).commit);
  } else {
    for (const auto& suspect : status.suspects) words.possible.push_back(graph.name(suspect.commit));
  }
  return words;
}

std::string show(const GitWords& words) {
  std::string out = words.bisecting + " [" + words.commit + "]";
  for (const auto& commit : words.possible) out += "\n    " + commit;
  return out;
}

}  // namespace

Comparison compare_with_git(const GitRepository& repository, uint64_t seed) {
  Random random(seed);
  const Case made = make_case(repository, random);
  Comparison out;
  out.candidates = static_cast<int>(made.graph.candidates());
  const auto strategy = make_git_strategy(made.graph, {});
  std::string said = repository.git("bisect start --no-checkout " + made.start);
  std::vector<uint8_t> reached(made.graph.candidates());
  for (;;) {
    const GitWords theirs = read_words(said);
    const GitWords mine = ours(made.graph, *strategy);
    if (show(theirs) != show(mine)) {
      out.difference = "seed " + std::to_string(seed) + ", test " + std::to_string(out.tests) + ", git bisect start " +
                       made.start + "\n  git: " + show(theirs) + "\n  we:  " + show(mine) + "\n  git said: " + said;
    }
    if (!out.difference.empty() || mine.bisecting.empty()) break;
    const CommitId commit = made.graph.find(mine.commit).value();
    AncestorSums(made.graph).mark_ancestors(commit, reached);
    const bool is_bad = reached[made.culprit] != 0;
    const bool is_skip = made.untestable[commit] != 0;
    strategy->record(commit, is_skip  ? RunOutcome::NotTestable
                             : is_bad ? RunOutcome::TargetCrash
                                      : RunOutcome::NoCrash);
    said = repository.git(std::string("bisect ") + (is_skip ? "skip" : is_bad ? "bad" : "good"));
    ++out.tests;
    if (is_skip) ++out.skips;
  }
  out.ended_by_skips = strategy->status().state == SearchState::Inconclusive;
  repository.git("bisect reset");
  return out;
}

std::vector<HistoryKind> history_kinds() {
  std::vector<HistoryKind> kinds;
  const auto add = [&](std::string name, HistoryShape shape) { kinds.push_back({std::move(name), shape}); };
  HistoryShape shape;
  shape.commits = 60;
  add("linear", shape);
  shape.fork = 0.2;
  shape.merge = 0.2;
  add("merges", shape);
  shape.octopus = 0.5;
  add("octopus merges", shape);
  shape.octopus = 0.1;
  shape.criss_cross = 0.5;
  add("criss-cross merges", shape);
  shape.skew = 20000;
  add("criss-cross merges, skewed dates", shape);
  shape = kernel_like(3000, 1);
  add("kernel-like", shape);
  return kinds;
}

}  // namespace ktriage::test

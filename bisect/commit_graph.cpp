#include "bisect/commit_graph.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <utility>

namespace ktriage {

/// Gathers commits in any order, then numbers them: candidates first, children before parents.
class CommitGraphBuilder {
 public:
  using Node = size_t;

  /// The node of that name, made if need be as a boundary commit.
  Node node(std::string_view name) {
    const auto [found, is_new] = nodes_.try_emplace(std::string(name), names_.size());
    if (is_new) {
      names_.emplace_back(name);
      dates_.push_back(0);
      parents_.emplace_back();
      is_candidate_.push_back(false);
    }
    return found->second;
  }

  bool is_candidate(Node node) const { return is_candidate_[node]; }

  void make_candidate(Node node, int64_t date, std::vector<Node> parents) {
    is_candidate_[node] = true;
    dates_[node] = date;
    parents_[node] = std::move(parents);
    candidates_.push_back(node);
  }

  size_t candidates() const { return candidates_.size(); }

  /// The candidates that are nobody's parent, in the order in which they were made.
  std::vector<Node> tips() const {
    const auto children = count_children();
    std::vector<Node> out;
    std::copy_if(candidates_.begin(), candidates_.end(), std::back_inserter(out),
                 [&](Node candidate) { return children[candidate] == 0; });
    return out;
  }

  /// Nothing if there is a cycle.
  std::optional<CommitGraph> build() const {
    std::vector<Node> order = topological_order();
    if (order.size() != candidates_.size()) return std::nullopt;
    for (Node node = 0; node < names_.size(); ++node) {
      if (!is_candidate_[node]) order.push_back(node);
    }
    std::vector<CommitId> ids(names_.size());
    for (size_t i = 0; i < order.size(); ++i) ids[order[i]] = static_cast<CommitId>(i);

    CommitGraph graph;
    graph.candidates_ = candidates_.size();
    for (const Node node : order) {
      graph.names_.push_back(names_[node]);
      graph.dates_.push_back(dates_[node]);
      for (const Node parent : parents_[node]) graph.parents_.push_back(ids[parent]);
      graph.first_parent_.push_back(graph.parents_.size());
    }
    graph.by_name_.resize(order.size());
    std::iota(graph.by_name_.begin(), graph.by_name_.end(), 0);
    std::sort(graph.by_name_.begin(), graph.by_name_.end(),
              [&](CommitId a, CommitId b) { return graph.names_[a] < graph.names_[b]; });
    return graph;
  }

 private:
  std::vector<size_t> count_children() const {
    std::vector<size_t> children(names_.size());
    for (const auto& parents : parents_) {
      for (const Node parent : parents) ++children[parent];
    }
    return children;
  }

  /// Of the candidates, children first; where that leaves a choice, in the order in which they were made.
  std::vector<Node> topological_order() const {
    std::vector<size_t> position(names_.size());
    for (size_t i = 0; i < candidates_.size(); ++i) position[candidates_[i]] = i;
    auto children = count_children();
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;  // positions
    for (const Node tip : tips()) ready.push(position[tip]);
    std::vector<Node> order;
    while (!ready.empty()) {
      const Node node = candidates_[ready.top()];
      ready.pop();
      order.push_back(node);
      for (const Node parent : parents_[node]) {
        if (--children[parent] == 0 && is_candidate_[parent]) ready.push(position[parent]);
      }
    }
    return order;
  }

  std::unordered_map<std::string, Node> nodes_;
  std::vector<std::string> names_;
  std::vector<int64_t> dates_;
  std::vector<std::vector<Node>> parents_;
  std::vector<bool> is_candidate_;
  std::vector<Node> candidates_;
};

namespace {

/// Takes the text up to the next `separator` off the front.
std::string_view take_until(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

/// Seconds, if the word is what --timestamp prints; hashes have 40 digits or more.
std::optional<int64_t> parse_seconds(std::string_view word) {
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return seconds;
}

/// Puts one line's commit into the builder; says what is wrong with it.
std::string add_line(CommitGraphBuilder& builder, std::string_view line) {
  // Without dates the first line is the newest.
  int64_t date = -static_cast<int64_t>(builder.candidates());
  std::string_view name = take_until(line, ' ');
  if (const auto seconds = parse_seconds(name)) {
    date = *seconds;
    name = take_until(line, ' ');
  }
  const bool is_boundary = name.starts_with('-');
  if (is_boundary) name.remove_prefix(1);
  if (name.empty()) return "no commit here";
  const auto node = builder.node(name);
  if (is_boundary) return {};
  if (builder.is_candidate(node)) return "commit " + std::string(name) + " for the second time";
  std::vector<CommitGraphBuilder::Node> parents;
  while (!line.empty()) {
    const std::string_view parent = take_until(line, ' ');
    if (!parent.empty()) parents.push_back(builder.node(parent));
  }
  builder.make_candidate(node, date, std::move(parents));
  return {};
}

}  // namespace

Result<CommitGraph> CommitGraph::from_rev_list(std::string_view text, std::span<const std::string> goods) {
  CommitGraphBuilder builder;
  for (int line_number = 1; !text.empty(); ++line_number) {
    const std::string_view line = take_until(text, '\n');
    const std::string problem = add_line(builder, line);
    if (!problem.empty()) return Diagnostic{"git rev-list", line_number, 0, problem};
  }
  for (const auto& good : goods) {
    if (builder.is_candidate(builder.node(good))) {
      return Diagnostic{"git rev-list", 0, 0, "the good commit " + good + " is among the candidates"};
    }
  }
  if (builder.candidates() == 0) return Diagnostic{"git rev-list", 0, 0, "the range holds no commit"};
  const auto tips = builder.tips();
  auto graph = builder.build();
  if (!graph) return Diagnostic{"git rev-list", 0, 0, "a commit is its own ancestor"};
  if (tips.size() != 1) return Diagnostic{"git rev-list", 0, 0, "the range has more than one newest commit"};
  return std::move(*graph);
}

std::optional<CommitGraph> CommitGraph::range(CommitId bad, std::span<const CommitId> goods) const {
  enum Mark : uint8_t { Unseen, Wanted, Good };
  std::vector<Mark> marks(size(), Unseen);
  if (!is_candidate(bad)) return std::nullopt;
  marks[bad] = Wanted;
  for (const CommitId good : goods) marks[good] = Good;
  CommitGraphBuilder builder;
  for (CommitId commit = 0; commit < candidates_;
       ++commit) {  // children first: a commit's mark is final when it is met
    for (const CommitId parent : parents(commit)) marks[parent] = std::max(marks[parent], marks[commit]);
  }
  for (CommitId commit = 0; commit < candidates_; ++commit) {
    if (marks[commit] != Wanted) continue;
    std::vector<CommitGraphBuilder::Node> parent_nodes;
    for (const CommitId parent : parents(commit)) parent_nodes.push_back(builder.node(name(parent)));
    builder.make_candidate(builder.node(name(commit)), date(commit), std::move(parent_nodes));
  }
  for (const CommitId good : goods) builder.node(name(good));
  if (builder.candidates() == 0) return std::nullopt;
  return builder.build();
}

std::optional<CommitId> CommitGraph::find(std::string_view name) const {
  const auto found =
      std::lower_bound(by_name_.begin(), by_name_.end(), name,
                       [&](CommitId commit, std::string_view wanted) { return names_[commit] < wanted; });
  if (found == by_name_.end() || names_[*found] != name) return std::nullopt;
  return *found;
}

}  // namespace ktriage

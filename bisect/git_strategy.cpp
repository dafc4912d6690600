#include <algorithm>
#include <cmath>
#include <deque>
#include <unordered_map>
#include <utility>

#include "bisect/ancestor_sums.h"
#include "bisect/git_choice.h"
#include "bisect/strategy.h"

namespace ktriage {
namespace {

/// A verdict as git takes it; Bad means "has the change".
enum class Verdict { None, Good, Bad, Skip };

struct RunCounts {
  int target = 0;
  int other = 0;
  int clean = 0;
  int untestable = 0;

  int all() const { return target + other + clean + untestable; }
};

class GitStrategy final : public Strategy {
 public:
  GitStrategy(const CommitGraph& graph, GitOptions options) : graph_(graph), sums_(graph), options_(options) {
    options_.runs = std::max(options_.runs, 1);
    for (size_t i = graph.candidates(); i < graph.size(); ++i) known_.goods.push_back(static_cast<CommitId>(i));
    choice_ = choose_as_git(graph_, sums_, known_);
  }

  std::vector<Proposal> propose(size_t workers, std::span<const Proposal> in_flight) const override {
    std::vector<Proposal> out;
    if (status().state != SearchState::Searching) return out;
    const auto is_taken = [&](CommitId commit) {
      const auto names = [&](const Proposal& proposal) { return proposal.commit == commit; };
      return std::any_of(in_flight.begin(), in_flight.end(), names) || std::any_of(out.begin(), out.end(), names);
    };
    // What git would choose after each answer to what it chooses now, and so on: nearer futures first.
    std::deque<std::pair<GitKnowledge, GitChoice>> futures = {{known_, choice_}};
    for (size_t looked_at = 0; !futures.empty() && looked_at < 4 * (workers + in_flight.size()); ++looked_at) {
      const auto [knowledge, choice] = std::move(futures.front());
      futures.pop_front();
      if (choice.kind != GitChoice::Kind::Test) continue;
      if (!is_taken(choice.commit)) out.push_back({choice.commit, runs_left(choice.commit)});
      if (out.size() >= workers) break;
      for (const Verdict verdict : {Verdict::Good, Verdict::Bad}) {
        GitKnowledge after = knowledge;
        learn(after, choice.commit, verdict);
        const GitChoice next = choose_as_git(graph_, sums_, after);
        futures.emplace_back(std::move(after), next);
      }
    }
    return out;
  }

  void record(CommitId commit, RunOutcome outcome) override {
    RunCounts& runs = runs_[commit];
    const Verdict before = verdict(runs);
    switch (outcome) {
      case RunOutcome::TargetCrash:
        ++runs.target;
        break;
      case RunOutcome::OtherCrash:
        ++runs.other;
        break;
      case RunOutcome::NoCrash:
        ++runs.clean;
        break;
      case RunOutcome::NotTestable:
        ++runs.untestable;
        break;
    }
    const Verdict now = verdict(runs);
    if (now == before || now == Verdict::None) return;
    notice_ends(commit, now);
    learn(known_, commit, now);
    choice_ = choose_as_git(graph_, sums_, known_);
  }

  SearchStatus status() const override {
    SearchStatus out;
    out.crash_rate = crash_rate();
    out.confidence = confidence();
    if (not_reproduced_) {
      out.state = SearchState::NotReproduced;
    } else if (crashes_everywhere_) {
      out.state = SearchState::CrashesEverywhere;
    } else if (choice_.kind == GitChoice::Kind::Test) {
      out.revisions_left = choice_.revisions_left;
      out.steps_left = choice_.steps_left;
    } else if (choice_.kind == GitChoice::Kind::FirstBad) {
      out.state = SearchState::Found;
      out.suspects.push_back({choice_.commit, out.confidence});
    } else {
      out.state = SearchState::Inconclusive;
      for (const CommitId commit : choice_.possible) {
        out.suspects.push_back({commit, out.confidence / static_cast<double>(choice_.possible.size())});
      }
    }
    return out;
  }

 private:
  int runs_left(CommitId commit) const {
    const auto found = runs_.find(commit);
    return found == runs_.end() ? options_.runs : std::max(options_.runs - found->second.all(), 1);
  }

  Verdict verdict(const RunCounts& runs) const {
    const bool is_fix = options_.direction == Direction::Fix;
    if (runs.target > 0) return is_fix ? Verdict::Good : Verdict::Bad;
    if (runs.untestable > 0) return Verdict::Skip;
    if (runs.all() < options_.runs) return Verdict::None;
    if (runs.clean == 0) return Verdict::Skip;
    return is_fix ? Verdict::Bad : Verdict::Good;
  }

  /// Both ends of the range are taken for granted until a test says otherwise.
  void notice_ends(CommitId commit, Verdict verdict) {
    const bool bad_end_is_good = commit == graph_.bad() && verdict == Verdict::Good;
    const bool good_end_is_bad = !graph_.is_candidate(commit) && verdict == Verdict::Bad;
    const bool is_fix = options_.direction == Direction::Fix;
    if (is_fix ? good_end_is_bad : bad_end_is_good) not_reproduced_ = true;
    if (is_fix ? bad_end_is_good : good_end_is_bad) crashes_everywhere_ = true;
  }

  void learn(GitKnowledge& known, CommitId commit, Verdict verdict) const {
    if (!graph_.is_candidate(commit)) return;  // the ends stay what they are, see notice_ends()
    // A commit may get another verdict when more of its runs crash.
    std::erase(known.goods, commit);
    std::erase(known.skipped, commit);
    if (verdict == Verdict::Good) known.goods.push_back(commit);
    if (verdict == Verdict::Skip) known.skipped.push_back(commit);
    if (verdict != Verdict::Bad) return;
    // With several workers an answer may come for a commit that the range has left behind; git itself never asks for
    // one.
    std::vector<uint8_t> reached(graph_.candidates());
    sums_.mark_ancestors(known.bad, reached);
    if (reached[commit] != 0) known.bad = commit;
  }

  /// Runs that crashed, of all runs on commits that did.
  double crash_rate() const {
    int crashes = 0;
    int clean = 0;
    for (const auto& [commit, runs] : runs_) {
      if (runs.target == 0) continue;
      crashes += runs.target;
      clean += runs.clean;
    }
    return crashes + clean == 0 ? 0 : static_cast<double>(crashes) / (crashes + clean);
  }

  /// That none of the commits without a crash would have crashed, had they been run for ever.
  double confidence() const {
    const double rate = crash_rate();
    double out = 1;
    for (const auto& [commit, runs] : runs_) {
      if (runs.target == 0 && runs.clean > 0) out *= 1 - std::pow(1 - rate, runs.clean);
    }
    return rate == 0 ? 0 : out;
  }

  const CommitGraph& graph_;
  AncestorSums sums_;
  GitOptions options_;
  GitKnowledge known_;
  GitChoice choice_;
  std::unordered_map<CommitId, RunCounts> runs_;
  bool not_reproduced_ = false;
  bool crashes_everywhere_ = false;
};

}  // namespace

std::unique_ptr<Strategy> make_git_strategy(const CommitGraph& graph, GitOptions options) {
  return std::make_unique<GitStrategy>(graph, options);
}

std::string bisecting_line(size_t revisions_left, int steps_left) {
  return "Bisecting: " + std::to_string(revisions_left) + " revision" + (revisions_left == 1 ? "" : "s") +
         " left to test after this (roughly " + std::to_string(steps_left) + " step" + (steps_left == 1 ? "" : "s") +
         ")";
}

}  // namespace ktriage

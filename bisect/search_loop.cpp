#include "bisect/search_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ktriage {

SearchLoop::SearchLoop(const BisectConfig& config, Repository& repository, TestBench& bench, SessionOutput& output,
                       SearchModel& model, std::string crashed)
    : config_(config),
      repository_(repository),
      bench_(bench),
      output_(output),
      model_(model),
      crashed_(std::move(crashed)) {}

/// The verdicts as `git bisect` calls them: with find: fix a crash is the old state.
std::string SearchLoop::term(const std::string& verdict) const {
  if (config_.find == Find::Cause || verdict == "skip") return verdict;
  return verdict == "bad" ? "unfixed" : "fixed";
}

void SearchLoop::feed() {
  for (const auto& key : bench_.tested()) {
    if (!key.revert.empty()) continue;
    const auto commit = model_.graph().find(key.commit);
    if (!commit) continue;
    const CommitId canonical = model_.canonical(*commit);
    const Evidence& evidence = bench_.evidence(key);
    // A merge base that never had the bug says nothing about its fix, though it lies at the old end of the range.
    if (config_.find == Find::Fix && !model_.graph().is_candidate(*commit) && evidence.crashes() == 0) continue;
    for (size_t& i = fed_[key]; i < evidence.outcomes.size(); ++i) model_.record(canonical, evidence.outcomes[i]);
    if (evidence.failed_to_build() && fed_failures_.insert(key).second) {
      model_.record(canonical, RunOutcome::NotTestable);
    }
  }
}

Result<SearchStatus> SearchLoop::run() {
  feed();
  while (model_.status().state == SearchState::Searching) {
    const auto filled = fill_slots();
    if (!filled) return filled.errors();
    if (active_.empty()) {
      if (filled.value()) continue;
      break;  // nothing is left that would tell anything
    }
    update_status();
    const auto arrival = bench_.wait();
    if (!arrival) return arrival.errors();
    handle(arrival.value());
  }
  cancel_all();
  return model_.status();
}

int SearchLoop::free_slot(const BuildKey& /*key*/) const {
  int slot = 0;
  while (active_.contains(slot)) ++slot;
  return slot;
}

/// True if anything was begun or learnt.
Result<bool> SearchLoop::fill_slots() {
  std::vector<Proposal> in_flight;
  for (const auto& [slot, active] : active_) in_flight.push_back({active.commit, active.runs_left});
  const size_t free = static_cast<size_t>(bench_.slots()) - active_.size();
  if (free == 0) return true;
  bool any = false;
  for (Proposal proposal : model_.propose(free, in_flight)) {
    proposal.commit = model_.canonical(proposal.commit);
    const bool taken = std::any_of(active_.begin(), active_.end(),
                                   [&](const auto& entry) { return entry.second.commit == proposal.commit; });
    if (taken) continue;
    if (config_.find == Find::Fix) {
      const auto found = find_bases(proposal.commit);
      if (!found) return found.errors();
    }
    any = begin(proposal, free_slot({})) || any;
  }
  return any;
}

/// With find: fix, the merge bases of the commit and the one with the crash; none if it holds that.
Result<bool> SearchLoop::find_bases(CommitId commit) {
  if (bases_.contains(commit)) return true;
  const std::string& name = model_.graph().name(commit);
  auto holds_crash = repository_.is_ancestor(crashed_, name);
  if (!holds_crash) return holds_crash;
  auto bases = holds_crash.value() ? Result<std::vector<std::string>>(std::vector<std::string>())
                                   : repository_.merge_bases(crashed_, name);
  if (!bases) return bases.errors();
  bases_[commit] = std::move(bases.value());
  return true;
}

SearchLoop::Base SearchLoop::look_at_base(const std::string& base) {
  const Evidence& crashed = bench_.evidence({crashed_, {}});
  const Evidence& evidence = bench_.evidence({base, {}});
  if (!is_decided(evidence, {crashed.crashes(), crashed.clean()}, config_.runs)) return Base::Unknown;
  return evidence.verdict() == "good" ? Base::NeverHadIt : Base::HadTheBug;
}

/// False if there turned out to be nothing to do and nothing was learnt.
bool SearchLoop::begin(const Proposal& proposal, int slot) {
  Active active{{model_.graph().name(proposal.commit), {}}, proposal.commit, proposal.runs, 0, false};
  const auto bases = bases_.find(proposal.commit);
  if (bases != bases_.end() && !bases->second.empty()) {
    const auto first = [&](Base state) {
      return std::find_if(bases->second.begin(), bases->second.end(),
                          [&](const std::string& base) { return look_at_base(base) == state; });
    };
    // One way by which the bug came is enough for the commit to tell of its fix.
    const bool had_the_bug = first(Base::HadTheBug) != bases->second.end();
    const auto unknown = first(Base::Unknown);
    if (!had_the_bug && unknown == bases->second.end()) {
      output_.log(fmt::format("merge base {} never had the crash: {} counts as not yet fixed", bases->second.front(),
                              active.key.commit));
      model_.record(proposal.commit, RunOutcome::TargetCrash);
      return true;
    }
    if (!had_the_bug) {
      active.key.commit = *unknown;
      active.is_base = true;
    }
  }
  // Several commits may have the same merge base, of which one worker finds out for all.
  for (const auto& [other, at_work] : active_) {
    if (at_work.key == active.key) return false;
  }
  active.first_run = bench_.evidence(active.key).runs.size();
  announce(active);
  active_[slot] = active;
  bench_.start(slot, active.key);
  return true;
}

/// A commit is introduced once, however often the search comes back to it.
void SearchLoop::announce(const Active& active) {
  if (!active.is_base && !bench_.is_announced(active.key)) {
    const SearchStatus status = model_.status();
    const auto info = repository_.info(active.key.commit);
    output_.log(bisecting_line(status.revisions_left, status.steps_left));
    output_.log(fmt::format("[{}] {}", active.key.commit, info ? info->subject : ""));
  }
  bench_.announce(active.key);
}

void SearchLoop::handle(const TestBench::Arrival& arrival) {
  const auto found = active_.find(arrival.slot);
  if (found == active_.end()) return;
  Active& active = found->second;
  if (arrival.is_run) {
    --active.runs_left;
  } else if (!active.is_base && is_same_image(active)) {
    active_.erase(found);
    feed();
    return;
  }
  feed();
  model_.set_cost({bench_.typical_build(Seconds(5)).count(), bench_.average_run(Seconds(1)).count()});
  if (is_done(active)) {
    finish(arrival.slot);
  } else {
    bench_.start(arrival.slot, active.key);
  }
}

bool SearchLoop::is_same_image(const Active& active) {
  const Evidence& evidence = bench_.evidence(active.key);
  if (!evidence.build || !evidence.build->ok || evidence.build->image.empty()) return false;
  for (const auto& key : bench_.tested()) {
    const auto commit = model_.graph().find(key.commit);
    const Evidence& other = bench_.evidence(key);
    if (!commit || !key.revert.empty() || key == active.key || !other.build || !other.build->ok) continue;
    if (other.build->image != evidence.build->image || model_.canonical(*commit) != *commit) continue;
    if (other.runs.empty() || !model_.same_image(active.commit, *commit)) continue;
    // The other slot may have spoken since this one was announced.
    output_.log("commit " + active.key.commit + " has the same image as " + key.commit +
                ": what that showed counts for both");
    return true;
  }
  return false;
}

bool SearchLoop::is_done(const Active& active) {
  const Evidence& evidence = bench_.evidence(active.key);
  if (active.is_base) return look_at_base(active.key.commit) != Base::Unknown;
  if (evidence.untestable()) return true;
  const bool crashed =
      evidence.outcomes.size() > active.first_run && evidence.outcomes.back() == RunOutcome::TargetCrash;
  return crashed || active.runs_left <= 0 || model_.status().state != SearchState::Searching;
}

void SearchLoop::finish(int slot) {
  const Active active = active_[slot];
  active_.erase(slot);
  bench_.report(active.key, active.first_run);
  if (active.is_base) return;
  const std::string verdict = bench_.evidence(active.key).verdict();
  if (std::exchange(said_[active.commit], verdict) == verdict) return;
  output_.log("# git bisect " + term(verdict) + " " + active.key.commit);
}

void SearchLoop::cancel_all() {
  while (!active_.empty()) {
    const int slot = active_.begin()->first;
    const Active active = active_.begin()->second;
    bench_.cancel(slot);
    if (bench_.evidence(active.key).runs.size() > active.first_run) {
      finish(slot);
    } else {
      output_.log("no longer needed: commit " + active.key.commit);
      active_.erase(slot);
    }
  }
}

Seconds SearchLoop::time_left(const SearchStatus& status) const {
  const double runs_a_step = std::max(1.0, 1.0 / std::max(status.crash_rate, 0.05));
  const Seconds step = bench_.typical_build(Seconds(0)) + bench_.average_run(Seconds(0)) * runs_a_step;
  return step * (static_cast<double>(status.steps_left + 1) / static_cast<double>(bench_.slots()));
}

void SearchLoop::update_status() {
  const SearchStatus search = model_.status();
  SessionStatus status;
  status.phase = "searching";
  status.steps_left = search.steps_left;
  status.revisions_left = search.revisions_left;
  status.confidence = search.confidence;
  status.time_left = time_left(search);
  bench_.show(std::move(status));
}

}  // namespace ktriage

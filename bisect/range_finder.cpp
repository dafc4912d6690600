#include "bisect/range_finder.h"

#include <fmt/format.h>

#include <algorithm>

#include "bisect/strategy.h"

namespace ktriage {
namespace {

/// From there on a rate can be told, and few runs decide about other commits. The noisy search wants more: then let it
/// have them at once.
int crashes_wanted(const BisectConfig& config) {
  const int wanted = config.strategy == StrategyKind::Bayes ? BayesOptions().reproduction_crashes : 3;
  return std::min(wanted, config.runs.max);
}

SearchRange ended(BisectOutcome outcome, std::string why) {
  SearchRange range;
  range.ends = outcome;
  range.why = std::move(why);
  return range;
}

}  // namespace

void RangeFinder::show(const char* phase) {
  SessionStatus status;
  status.phase = phase;
  bench_.show(status);
}

CrashCounts RangeFinder::counts() {
  const Evidence& evidence = bench_.evidence({commits_.bad, {}});
  return {evidence.crashes(), evidence.clean()};
}

Result<bool> RangeFinder::reproduce() {
  show("reproducing the crash");
  const size_t most = 3 * static_cast<size_t>(config_.runs.max);
  const int wanted = crashes_wanted(config_);
  const auto done = bench_.test({commits_.bad, {}}, [&](const Evidence& evidence) {
    return evidence.crashes() >= wanted || evidence.runs.size() >= most;
  });
  if (!done) return done.errors();
  return bench_.evidence({commits_.bad, {}}).crashes() > 0;
}

/// "bad", "good" or "skip".
Result<std::string> RangeFinder::decide(const std::string& commit) {
  const auto done =
      bench_.test({commit, {}}, [&](const Evidence& evidence) { return is_decided(evidence, counts(), config_.runs); });
  if (!done) return done.errors();
  return bench_.evidence({commit, {}}).verdict();
}

Result<SearchRange> RangeFinder::find() {
  if (config_.find == Find::Fix) return use_fixed();
  return commits_.good.empty() ? find_release() : use_good();
}

Result<SearchRange> RangeFinder::find_release() {
  show("looking for a good release");
  std::string oldest;
  for (const auto& release : commits_.releases) {
    output_.log("testing release " + release.tag);
    const auto verdict = decide(release.sha);
    if (!verdict) return verdict.errors();
    if (verdict.value() == "good") return SearchRange{commits_.bad, {release.sha}, {release.tag}, {}, {}};
    if (verdict.value() == "bad") oldest = release.tag;
  }
  if (oldest.empty()) return ended(BisectOutcome::Inconclusive, "no release could be tested");
  return ended(BisectOutcome::OlderThanRange, "the crash already happened on the oldest tested release, " + oldest);
}

Result<SearchRange> RangeFinder::use_good() {
  const auto is_below = repository_.is_ancestor(commits_.good, commits_.bad);
  if (!is_below) return is_below.errors();
  if (!is_below.value()) return use_merge_bases();
  const SearchRange range{commits_.bad, {commits_.good}, {commits_.good}, {}, {}};
  // The other strategy reckons with a crash older than the range, and tests for it where that tells most.
  if (config_.strategy != StrategyKind::Git) return range;
  show("testing the good commit");
  const auto verdict = decide(commits_.good);
  if (!verdict) return verdict.errors();
  if (verdict.value() == "bad") return ended(BisectOutcome::OlderThanRange, "the crash happens on the good commit too");
  return range;
}

/// The good commit is of another branch: what both have must be good, as `git bisect` asks for too.
Result<SearchRange> RangeFinder::use_merge_bases() {
  const auto bases = repository_.merge_bases(commits_.bad, commits_.good);
  if (!bases) return bases.errors();
  show("testing merge bases");
  SearchRange range{commits_.bad, {}, {}, {}, {}};
  for (const auto& base : bases.value()) {
    const auto info = repository_.info(base);
    output_.log("Bisecting: a merge base must be tested");
    output_.log(fmt::format("[{}] {}", base, info ? info->subject : ""));
    const auto verdict = decide(base);
    if (!verdict) return verdict.errors();
    if (verdict.value() == "bad") {
      return ended(BisectOutcome::FixedAndBroken,
                   fmt::format("The merge base {} is bad. This means the bug has been fixed between {} and {}.", base,
                               base, commits_.good));
    }
    if (verdict.value() != "good") {
      output_.log(fmt::format("the merge base {} cannot be tested: the first bad commit may come before it", base));
    }
    range.older.push_back(base);
    range.older_names.push_back(base);
  }
  return range;
}

Result<SearchRange> RangeFinder::use_fixed() {
  show("testing the newest commit");
  const auto verdict = decide(commits_.good);
  if (!verdict) return verdict.errors();
  if (verdict.value() == "bad")
    return ended(BisectOutcome::StillHappens, "the crash still happens on " + commits_.good_name);
  if (verdict.value() != "good") return ended(BisectOutcome::Inconclusive, commits_.good_name + " cannot be tested");
  const auto is_below = repository_.is_ancestor(commits_.bad, commits_.good);
  if (!is_below) return is_below.errors();
  if (is_below.value()) return SearchRange{commits_.good, {commits_.bad}, {commits_.bad}, {}, {}};
  const auto bases = repository_.merge_bases(commits_.bad, commits_.good);
  if (!bases) return bases.errors();
  // Below the merge bases there is no fix, whether the bug was there already or came this way never.
  SearchRange range{commits_.good, bases.value(), bases.value(), {}, {}};
  bool had_the_bug = false;
  for (const auto& base : bases.value()) {
    output_.log("testing merge base " + base);
    const auto found = decide(base);
    if (!found) return found.errors();
    had_the_bug = had_the_bug || found.value() != "good";
  }
  if (!had_the_bug) {
    return ended(BisectOutcome::Inconclusive,
                 commits_.good_name + " never had the crash: the branches parted before it");
  }
  return range;
}

}  // namespace ktriage

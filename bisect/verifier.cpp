#include "bisect/verifier.h"

#include <fmt/format.h>

#include "bisect/sufficiency.h"

namespace ktriage {

/// How often the crash shows where it is: everything that crashed, taken together.
CrashCounts Verifier::counts_of(const std::string& commit) {
  CrashCounts counts;
  for (const auto& key : bench_.tested()) {
    const Evidence& evidence = bench_.evidence(key);
    if (key.commit == commit || !key.revert.empty() || evidence.crashes() == 0) continue;
    counts.crashes += evidence.crashes();
    counts.clean += evidence.clean();
  }
  return counts;
}

bool Verifier::is_settled(const Evidence& evidence, bool shall_crash, const CrashCounts& counts) const {
  if (!shall_crash) return is_decided(evidence, counts, config_.runs);
  return evidence.crashes() > 0 || evidence.untestable() ||
         evidence.runs.size() >= 3 * static_cast<size_t>(config_.runs.max);
}

bool Verifier::same_image(const BuildKey& a, const BuildKey& b) {
  const Evidence& one = bench_.evidence(a);
  const Evidence& other = bench_.evidence(b);
  return one.build && other.build && !one.build->image.empty() && one.build->image == other.build->image;
}

/// Of the build and of all that have its image: the same kernel need not be booted again under another name.
Evidence Verifier::shared_evidence(const BuildKey& key) {
  Evidence out = bench_.evidence(key);
  for (const auto& other : bench_.tested()) {
    if (other == key || !same_image(other, key)) continue;
    const Evidence& alike = bench_.evidence(other);
    out.runs.insert(out.runs.end(), alike.runs.begin(), alike.runs.end());
    out.outcomes.insert(out.outcomes.end(), alike.outcomes.begin(), alike.outcomes.end());
  }
  return out;
}

Result<bool> Verifier::test_culprit(const std::string& culprit) {
  const bool culprit_crashes = config_.find == Find::Cause;
  SessionStatus status;
  status.phase = "verifying the culprit";
  bench_.show(status);
  const auto parents = repository_.parents(culprit);
  if (!parents) return parents.errors();
  // The culprit's own crash is what the report shows.
  const CrashCounts counts = counts_of(culprit);
  const auto tested = bench_.test(
      {culprit, {}}, [&](const Evidence& evidence) { return is_settled(evidence, culprit_crashes, counts); });
  if (!tested) return tested;
  for (const auto& sha : parents.value()) {
    const BuildKey parent{sha, {}};
    const CrashCounts others = counts_of(sha);
    const auto done = bench_.test(parent, [&](const Evidence& /*own*/) {
      return is_settled(shared_evidence(parent), !culprit_crashes, others) || same_image(parent, {culprit, {}});
    });
    if (!done) return done;
  }
  return true;
}

Result<bool> Verifier::test_revert(const std::string& culprit, const std::string& tip) {
  SessionStatus status;
  status.phase = "testing without the culprit";
  bench_.show(status);
  output_.log(fmt::format("testing {} with {} reverted", tip, culprit));
  const CrashCounts counts = counts_of({});
  const bool shall_crash = config_.find == Find::Fix;
  return bench_.test({tip, culprit},
                     [&](const Evidence& evidence) { return is_settled(evidence, shall_crash, counts); });
}

Result<Verification> Verifier::summary(const std::string& culprit, const std::string& tip) {
  Verification out;
  const Evidence& evidence = bench_.evidence({culprit, {}});
  out.culprit_crashes = evidence.crashes();
  out.culprit_runs = static_cast<int>(evidence.runs.size());
  const auto parents = repository_.parents(culprit);
  if (!parents) return parents.errors();
  for (const auto& sha : parents.value()) {
    const Evidence parent = shared_evidence({sha, {}});
    out.parents.push_back({sha, parent.crashes(), static_cast<int>(parent.runs.size()), !parent.untestable(),
                           chance_of_miss(counts_of(sha), parent.clean())});
    out.no_op = out.no_op || same_image({sha, {}}, {culprit, {}});
  }
  const Evidence& revert = bench_.evidence({tip, culprit});
  out.revert_crashes = revert.crashes();
  out.revert_runs = static_cast<int>(revert.runs.size());
  using Revert = Verification::Revert;
  if (!revert.build) {
    out.revert = Revert::NotTried;
  } else if (!revert.build->ok) {
    out.revert =
        revert.build->log.empty() || revert.build->seconds.count() == 0 ? Revert::DoesNotApply : Revert::DoesNotBuild;
  } else if (revert.crashes() > 0) {
    out.revert = Revert::StillCrashes;
  } else {
    out.revert = revert.clean() > 0 ? Revert::CrashGone : Revert::NotTried;
  }
  return out;
}

}  // namespace ktriage

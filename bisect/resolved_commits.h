#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bisect/config.h"
#include "bisect/repository.h"
#include "rules/result.h"

namespace ktriage {

/// The configuration's commits by their hashes, fixed when a bisection begins: branches and tags may move meanwhile.
struct ResolvedCommits {
  std::string bad;        ///< where the crash is known
  std::string good;       ///< cause: without it, if the configuration says so; fix: the newest commit
  std::string good_name;  ///< as the configuration calls it
  struct Release {
    std::string tag;
    std::string sha;
    bool operator==(const Release&) const = default;
  };
  std::vector<Release> releases;   ///< good: auto: what to try, newest first
  std::vector<std::string> notes;  ///< for the log: what was found by its subject

  bool operator==(const ResolvedCommits&) const = default;
};

/// Looks all commits up, those of toolchains and backports too, so that a name that means nothing is known at once.
Result<ResolvedCommits> resolve_commits(const BisectConfig& config, Repository& repository);

nlohmann::ordered_json to_json(const ResolvedCommits& commits);
/// Nothing if that is not what to_json() gives.
std::optional<ResolvedCommits> resolved_commits_from_json(const nlohmann::ordered_json& json);

/// What of a configuration decides the course of a bisection: a journal goes with the configuration whose value is the
/// same. Timeouts, retries and verification may change in between.
std::string search_fingerprint(const BisectConfig& config);

}  // namespace ktriage

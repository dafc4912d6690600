#include "bisect/resolved_commits.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bisect/release_tags.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

/// Puts the place in the configuration in front of what went wrong.
Diagnostic at(const BisectConfig& config, const char* key, const Diagnostics& errors) {
  return {config.file.string(), 0, 0, fmt::format("'{}': {}", key, errors.front().to_string())};
}

Result<std::string> find(Repository& repository, const BisectConfig& config, const char* key, const CommitName& name,
                         const std::string& tip, ResolvedCommits& out) {
  bool by_subject = false;
  auto sha = find_commit(repository, name, tip, by_subject);
  if (!sha) return at(config, key, sha.errors());
  if (by_subject)
    out.notes.push_back(fmt::format("'{}' {} was found by its subject: {}", key, name.text(), sha.value()));
  return sha;
}

Diagnostics check_names(const BisectConfig& config, Repository& repository) {
  Diagnostics errors;
  const auto check = [&](const char* key, const std::string& name) {
    if (name.empty()) return;
    const auto sha = repository.resolve(name);
    if (!sha) errors.push_back(at(config, key, sha.errors()));
  };
  for (const auto& toolchain : config.build.toolchains) {
    check("toolchains", toolchain.from);
    check("toolchains", toolchain.until);
  }
  for (const auto& backport : config.backports) {
    check("backports", backport.commit);
    check("backports", backport.from);
    check("backports", backport.until);
  }
  return errors;
}

Result<std::vector<ResolvedCommits::Release>> find_releases(Repository& repository, const std::string& bad) {
  const auto tags = repository.tags(bad);
  if (!tags) return tags.errors();
  std::vector<ResolvedCommits::Release> out;
  for (const auto& tag : releases_to_try(tags.value())) {
    auto sha = repository.resolve("refs/tags/" + tag);
    if (!sha) return sha.errors();
    if (sha.value() != bad) out.push_back({tag, std::move(sha.value())});
  }
  return out;
}

/// The two ends of the range must be in an order that makes sense, or on branches that parted somewhere.
Diagnostics check_order(const BisectConfig& config, Repository& repository, const ResolvedCommits& commits) {
  const bool is_cause = config.find == Find::Cause;
  const std::string newest = is_cause ? "good" : "fixed";
  const auto fail = [&](const std::string& what) { return Diagnostics{{config.file.string(), 0, 0, what}}; };
  if (commits.good == commits.bad) return fail("'" + newest + "' and 'bad' are the same commit, " + commits.bad);
  const auto is_wrong =
      is_cause ? repository.is_ancestor(commits.bad, commits.good) : repository.is_ancestor(commits.good, commits.bad);
  if (!is_wrong) return is_wrong.errors();
  if (is_wrong.value()) {
    return fail(is_cause ? "the good commit comes after the bad one; to look for what fixed it, write 'find: fix'"
                         : "the fixed commit comes before the bad one; to look for what brought the crash in, write "
                           "'find: cause'");
  }
  const auto bases = repository.merge_bases(commits.bad, commits.good);
  if (!bases) return bases.errors();
  if (bases->empty()) return fail("'" + newest + "' and 'bad' have no common history");
  return {};
}

}  // namespace

Result<ResolvedCommits> resolve_commits(const BisectConfig& config, Repository& repository) {
  ResolvedCommits out;
  std::string tip;
  if (!config.branch.empty()) {
    auto branch = repository.resolve(config.branch);
    if (!branch) return at(config, "branch", branch.errors());
    tip = std::move(branch.value());
  }
  auto bad = find(repository, config, "bad", config.bad, tip, out);
  if (!bad) return bad.errors();
  out.bad = std::move(bad.value());
  if (const auto errors = check_names(config, repository); !errors.empty()) return errors;
  if (config.find == Find::Fix) {
    const std::string& newest = config.fixed.empty() ? config.branch : config.fixed;
    out.good_name = newest.empty() ? "HEAD" : newest;
    auto good = repository.resolve(out.good_name);
    if (!good) return at(config, "fixed", good.errors());
    out.good = std::move(good.value());
    if (const auto errors = check_order(config, repository, out); !errors.empty()) return errors;
    return out;
  }
  if (config.good_auto) {
    auto releases = find_releases(repository, out.bad);
    if (!releases) return releases.errors();
    if (releases->empty()) {
      return Diagnostic{config.file.string(), 0, 0,
                        "'good: auto' finds no release tag below the bad commit; name a good commit"};
    }
    out.releases = std::move(releases.value());
    return out;
  }
  out.good_name = config.good.text();
  auto good = find(repository, config, "good", config.good, tip.empty() ? out.bad : tip, out);
  if (!good) return good.errors();
  out.good = std::move(good.value());
  if (const auto errors = check_order(config, repository, out); !errors.empty()) return errors;
  return out;
}

Json to_json(const ResolvedCommits& commits) {
  Json releases = Json::array();
  for (const auto& release : commits.releases) releases.push_back({{"tag", release.tag}, {"commit", release.sha}});
  return {{"bad", commits.bad},
          {"good", commits.good},
          {"good_name", commits.good_name},
          {"releases", releases},
          {"notes", commits.notes}};
}

std::optional<ResolvedCommits> resolved_commits_from_json(const Json& json) {
  try {
    ResolvedCommits out;
    out.bad = json.at("bad");
    out.good = json.at("good");
    out.good_name = json.at("good_name");
    for (const auto& release : json.at("releases")) out.releases.push_back({release.at("tag"), release.at("commit")});
    out.notes = json.at("notes").get<std::vector<std::string>>();
    return out;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string search_fingerprint(const BisectConfig& config) {
  return fmt::format("{} {}|{} {}|{} {} {}|{}|find {}|strategy {}|target {} {}|other {}|runs {} {}|workers {}|seed {}",
                     config.repository.string(), config.branch, config.bad.revision, config.bad.subject,
                     config.good.revision, config.good.subject, config.good_auto, config.fixed,
                     static_cast<int>(config.find), static_cast<int>(config.strategy), config.target.title,
                     config.target.report.string(), static_cast<int>(config.other_crash), config.runs.max,
                     config.runs.error_probability, config.workers, config.seed);
}

}  // namespace ktriage

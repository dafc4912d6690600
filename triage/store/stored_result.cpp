#include "triage/store/stored_result.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace ktriage {
namespace {

/// The cleanest; of those that are equally clean the first by name.
const Representative& cleanest(const std::vector<StoredGroup>& groups) {
  const auto is_worse = [](const StoredGroup& a, const StoredGroup& b) {
    const Member& x = a.representative.member;
    const Member& y = b.representative.member;
    if (a.representative.cleanness != b.representative.cleanness) {
      return a.representative.cleanness < b.representative.cleanness;
    }
    return std::tie(y.file, y.start_byte) < std::tie(x.file, x.start_byte);
  };
  return std::max_element(groups.begin(), groups.end(), is_worse)->representative;
}

/// A corrupted report's type is a guess, so it counts only where there is nothing better.
void take_severity(const std::vector<StoredGroup>& groups, Cluster& cluster) {
  std::pair<bool, int> best(false, -1);
  for (const auto& group : groups) {
    const std::pair<bool, int> here(group.representative.cleanness.sound, group.representative.severity);
    if (here <= best) continue;
    best = here;
    cluster.type = group.representative.type;
    cluster.severity = group.representative.severity;
  }
}

/// What the members show, all in all.
void add_up_members(Cluster& cluster) {
  std::set<std::string> titles;
  std::set<std::string> kernels;
  std::set<std::string> arches;
  std::set<std::string_view> logs;
  for (const auto& member : cluster.members) {
    titles.insert(member.title);
    if (!member.kernel.empty()) kernels.insert(member.kernel);
    if (!member.arch.empty()) arches.insert(member.arch);
    logs.insert(member.file);
    if (!member.seen) continue;
    cluster.first_seen = std::min(cluster.first_seen.value_or(*member.seen), *member.seen);
    cluster.last_seen = std::max(cluster.last_seen.value_or(*member.seen), *member.seen);
  }
  titles.insert(cluster.alt_titles.begin(), cluster.alt_titles.end());
  titles.erase(cluster.title);
  cluster.alt_titles.assign(titles.begin(), titles.end());
  cluster.kernels.assign(kernels.begin(), kernels.end());
  cluster.arches.assign(arches.begin(), arches.end());
  cluster.count = cluster.members.size();
  cluster.logs = logs.size();
}

std::vector<MergeReason> reasons_of(const std::vector<StoredGroup>& groups) {
  std::map<std::string, size_t> counts;
  for (const auto& group : groups) {
    if (!group.why.empty()) counts[group.why] += group.members.size();
  }
  std::vector<MergeReason> out;
  out.reserve(counts.size());
  for (const auto& [why, count] : counts) out.push_back({why, count});
  std::stable_sort(out.begin(), out.end(),
                   [](const MergeReason& a, const MergeReason& b) { return a.count > b.count; });
  return out;
}

Cluster cluster_of(StoredCluster stored) {
  Cluster out;
  out.name = std::move(stored.name);
  out.signature = stored.groups.front().signature;
  out.representative = cleanest(stored.groups);
  out.title = out.representative.member.title;
  out.guilty = out.representative.guilty;
  out.guilty_file = out.representative.guilty_file;
  take_severity(stored.groups, out);
  out.merged_because = reasons_of(stored.groups);
  for (auto& group : stored.groups) {
    const auto& titles = group.representative.alt_titles;
    out.alt_titles.insert(out.alt_titles.end(), titles.begin(), titles.end());
    std::move(group.members.begin(), group.members.end(), std::back_inserter(out.members));
  }
  std::sort(out.members.begin(), out.members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.file, a.start_byte) < std::tie(b.file, b.start_byte);
  });
  add_up_members(out);
  out.status = status_name(stored.status);
  out.mark = std::move(stored.mark);
  if (!stored.duplicate_of.empty()) out.mark += " " + stored.duplicate_of;
  return out;
}

/// Nobody needs to look at it: fixed and not back, ignored, or looked at under another name.
bool is_dealt_with(const Cluster& cluster) {
  return !cluster.mark.empty() && cluster.status != status_name(BugStatus::Returned);
}

bool ranks_before(const Cluster& a, const Cluster& b) {
  if (is_dealt_with(a) != is_dealt_with(b)) return is_dealt_with(b);
  if (a.severity != b.severity) return a.severity > b.severity;
  if (a.count != b.count) return a.count > b.count;
  if (a.last_seen != b.last_seen) return a.last_seen > b.last_seen;
  return a.name < b.name;
}

}  // namespace

TriageResult result_of(StoredState state) {
  TriageResult out;
  out.logs = state.logs;
  out.logs_with_crash = state.logs_with_crash;
  out.failed = std::move(state.failed);
  std::vector<std::vector<StoredNear>> near;
  for (auto& stored : state.clusters) {
    near.push_back(std::move(stored.near));
    out.clusters.push_back(cluster_of(std::move(stored)));
  }
  for (size_t i = 0; i < near.size(); ++i) {
    for (auto& [other, score, why] : near[i]) {
      const Cluster& there = out.clusters[other];
      out.clusters[i].near.push_back({there.name, there.signature.id, there.title, score, std::move(why)});
    }
  }
  std::sort(out.clusters.begin(), out.clusters.end(), ranks_before);
  return out;
}

}  // namespace ktriage

#include "triage/cluster_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "triage/crash_json.h"
#include "triage/guilty_json.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

// Absent facts are left out.
void add(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void add(Json& object, const char* key, const std::optional<SeenTime>& time) {
  if (time) object[key] = to_iso(*time);
}

Json to_json(const Member& member) {
  Json out = Json::object();
  out["file"] = member.file;
  out["start_byte"] = member.start_byte;
  out["end_byte"] = member.end_byte;
  out["title"] = member.title;
  add(out, "kernel", member.kernel);
  add(out, "arch", member.arch);
  add(out, "seen", member.seen);
  return out;
}

Json representative_of(const Representative& representative) {
  Json out = Json::object();
  out["file"] = representative.member.file;
  out["start_byte"] = representative.member.start_byte;
  out["end_byte"] = representative.member.end_byte;
  Json crash = Json::parse(representative.crash, nullptr, false);
  if (crash.is_object()) out["crash"] = std::move(crash);
  return out;
}

/// "fixed", or "duplicate-of NAME".
Json mark_of(const std::string& mark) {
  const size_t blank = mark.find(' ');
  Json out = {{"state", mark.substr(0, blank)}};
  if (blank != std::string::npos) out["of"] = mark.substr(blank + 1);
  return out;
}

Json near_of(const std::vector<NearCluster>& near) {
  Json out = Json::array();
  for (const auto& each : near) {
    out.push_back({{"name", each.name},
                   {"signature", each.signature},
                   {"title", each.title},
                   {"score", each.score},
                   {"why", each.why}});
  }
  return out;
}

}  // namespace

std::string to_iso(SeenTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string cluster_to_json(const Cluster& cluster) {
  Json out = Json::object();
  out["schema"] = "ktriage.cluster/1";
  out["name"] = cluster.name;
  out["signature"] = Json::parse(shown_signature_to_json(cluster.signature), nullptr, false);
  out["title"] = cluster.title;
  out["alt_titles"] = cluster.alt_titles;
  add(out, "type", cluster.type);
  if (cluster.severity > 0) out["severity"] = cluster.severity;
  out["count"] = cluster.count;
  out["logs"] = cluster.logs;
  add(out, "first_seen", cluster.first_seen);
  add(out, "last_seen", cluster.last_seen);
  out["kernels"] = cluster.kernels;
  out["arches"] = cluster.arches;
  if (cluster.guilty) out["guilty"] = to_json(*cluster.guilty);
  add(out, "guilty_file", cluster.guilty_file);
  out["representative"] = representative_of(cluster.representative);
  Json members = Json::array();
  for (const auto& member : cluster.members) members.push_back(to_json(member));
  out["members"] = std::move(members);
  Json reasons = Json::array();
  for (const auto& [why, count] : cluster.merged_because) {
    reasons.push_back(fmt::format("{} ({} {})", why, count, count == 1 ? "crash" : "crashes"));
  }
  out["merged_because"] = std::move(reasons);
  out["near"] = near_of(cluster.near);
  add(out, "status", cluster.status);
  if (!cluster.mark.empty()) out["mark"] = mark_of(cluster.mark);
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace ktriage

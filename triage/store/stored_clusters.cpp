#include "triage/store/stored_clusters.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "signatures/signature_json.h"
#include "triage/store/representative_json.h"

namespace ktriage {
namespace {

uint64_t to_unsigned(int64_t number) { return static_cast<uint64_t>(number); }

/// Reads table after table into clusters.
class Loader {
 public:
  explicit Loader(Database& database) : database_(database) {}

  Result<StoredState> load() {
    load_run();
    load_clusters();
    if (!load_groups()) {
      if (database_.error()) return *database_.error();
      return Diagnostic{{}, 0, 0, "the database is damaged; move it away and run over all logs again"};
    }
    load_members();
    load_logs();
    drop_empty();
    load_near();
    if (database_.error()) return *database_.error();
    return std::move(state_);
  }

 private:
  void load_run() {
    Statement select = database_.prepare("SELECT id, finished IS NULL FROM run ORDER BY id DESC LIMIT 1");
    if (!select.step()) return;
    run_ = select.number(0);
    state_.is_interrupted = select.number(1) != 0;
  }

  void load_clusters() {
    Statement select = database_.prepare(
        "SELECT c.id, c.name, c.founded, c.mark, o.name, c.marked, c.returned FROM cluster c "
        "LEFT JOIN cluster o ON o.id = c.duplicate_of ORDER BY c.id");
    while (select.step()) {
      StoredCluster cluster;
      cluster.name = select.text(1);
      if (select.number(2) == run_) cluster.status = BugStatus::New;
      cluster.mark = select.text(3);
      cluster.duplicate_of = select.text(4);
      cluster.marked = select.text(5);
      if (select.number(6) != 0) cluster.status = BugStatus::Returned;
      by_row_[select.number(0)] = state_.clusters.size();
      state_.clusters.push_back(std::move(cluster));
    }
  }

  bool load_groups() {
    Statement select = database_.prepare(
        "SELECT id, cluster, json, why, representative, crash FROM signature WHERE cluster IS NOT NULL "
        "ORDER BY cluster, turn");
    while (select.step()) {
      auto signature = signature_from_json(select.text(2));
      auto representative = representative_from_json(select.text(4));
      const auto cluster = by_row_.find(select.number(1));
      if (!signature || !representative || cluster == by_row_.end()) return false;
      representative->crash = select.text(5);
      auto& groups = state_.clusters[cluster->second].groups;
      place_of_[select.number(0)] = {cluster->second, groups.size()};
      groups.push_back({std::move(*signature), std::move(*representative), {}, std::string(select.text(3))});
    }
    return true;
  }

  void load_members() {
    Statement select = database_.prepare(
        "SELECT crash.signature, log.shown, crash.member, crash.start_byte, crash.end_byte, crash.title, crash.kernel, "
        "crash.arch, crash.seen, crash.run FROM crash JOIN log ON log.id = crash.log");
    while (select.step()) {
      const auto found = place_of_.find(select.number(0));
      if (found == place_of_.end()) continue;  // its run has not ended
      StoredCluster& cluster = state_.clusters[found->second.cluster];
      Member& member = cluster.groups[found->second.group].members.emplace_back();
      member.file.append(select.text(1)).append(select.text(2));
      member.start_byte = to_unsigned(select.number(3));
      member.end_byte = to_unsigned(select.number(4));
      member.title = select.text(5);
      member.kernel = select.text(6);
      member.arch = select.text(7);
      if (!select.is_null(8)) member.seen = SeenTime(std::chrono::seconds(select.number(8)));
      if (select.number(9) == run_ && cluster.status == BugStatus::Known) cluster.status = BugStatus::Grown;
    }
    for (auto& cluster : state_.clusters) {
      for (auto& group : cluster.groups) {
        std::sort(group.members.begin(), group.members.end(), [](const Member& a, const Member& b) {
          return std::tie(a.file, a.start_byte) < std::tie(b.file, b.start_byte);
        });
      }
    }
  }

  void load_logs() {
    Statement count = database_.prepare("SELECT COALESCE(SUM(logs), 0), COALESCE(SUM(logs_with_crash), 0) FROM log");
    if (count.step()) {
      state_.logs = to_unsigned(count.number(0));
      state_.logs_with_crash = to_unsigned(count.number(1));
    }
    Statement failed = database_.prepare("SELECT shown, failed FROM log WHERE failed IS NOT NULL ORDER BY path");
    while (failed.step()) state_.failed.push_back({std::string(failed.text(0)), std::string(failed.text(1))});
  }

  static bool is_empty(const StoredCluster& cluster) {
    return cluster.mark.empty() && std::all_of(cluster.groups.begin(), cluster.groups.end(),
                                               [](const StoredGroup& group) { return group.members.empty(); });
  }

  void drop_empty() {
    std::vector<StoredCluster> kept;
    std::map<size_t, size_t> moved;
    for (size_t i = 0; i < state_.clusters.size(); ++i) {
      if (is_empty(state_.clusters[i])) continue;
      moved[i] = kept.size();
      kept.push_back(std::move(state_.clusters[i]));
    }
    state_.clusters = std::move(kept);
    std::erase_if(by_row_, [&](const auto& entry) { return !moved.contains(entry.second); });
    for (auto& [row, at] : by_row_) at = moved.at(at);
  }

  void load_near() {
    Statement select =
        database_.prepare("SELECT cluster, other, score, why FROM near ORDER BY cluster, score DESC, other");
    while (select.step()) {
      const auto cluster = by_row_.find(select.number(0));
      const auto other = by_row_.find(select.number(1));
      if (cluster == by_row_.end() || other == by_row_.end()) continue;
      state_.clusters[cluster->second].near.push_back({other->second, select.real(2), std::string(select.text(3))});
    }
  }

  Database& database_;
  int64_t run_ = 0;
  StoredState state_;
  std::unordered_map<int64_t, size_t> by_row_;  // a cluster's row → its index
  struct Place {
    size_t cluster = 0;
    size_t group = 0;
  };
  std::unordered_map<int64_t, Place> place_of_;  // by a signature's row
};

}  // namespace

std::string_view status_name(BugStatus status) {
  switch (status) {
    case BugStatus::New:
      return "new";
    case BugStatus::Grown:
      return "grown";
    case BugStatus::Returned:
      return "returned";
    case BugStatus::Known:
      break;
  }
  return "known";
}

Result<StoredState> load_state(Database& database) { return Loader(database).load(); }

}  // namespace ktriage

#include "triage/store/stored_clusters.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "triage/store/signature_json.h"

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
    if (!load_signatures()) {
      return Diagnostic{
          {}, 0, 0, "the database was filled by a ktriage with other signatures; run over all logs into a new one"};
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

  bool load_signatures() {
    // The founder's signature, the reasons in order; then the cleanest crash, which is the only large column.
    Statement select = database_.prepare(
        "SELECT id, cluster, json, why, cleanness, file, start_byte, end_byte FROM signature "
        "WHERE cluster IS NOT NULL ORDER BY cluster, turn");
    struct Best {
      int64_t signature = 0;
      int64_t cleanness = 0;
    };
    std::map<size_t, Best> best;
    while (select.step()) {
      const size_t at = by_row_.at(select.number(1));
      StoredCluster& cluster = state_.clusters[at];
      cluster_of_[select.number(0)] = at;
      const bool is_first = !best.contains(at);
      if (is_first) {
        auto signature = signature_from_json(select.text(2));
        if (!signature) return false;
        cluster.signature = std::move(*signature);
      }
      note_reason(cluster, select.text(3));
      const int64_t cleanness = select.number(4);
      const std::string file(select.text(5));
      const uint64_t start = to_unsigned(select.number(6));
      const bool is_better =
          is_first || cleanness > best[at].cleanness ||
          (cleanness == best[at].cleanness && std::tie(file, start) < std::tie(cluster.file, cluster.start_byte));
      if (!is_better) continue;
      best[at] = {select.number(0), cleanness};
      cluster.file = file;
      cluster.start_byte = start;
      cluster.end_byte = to_unsigned(select.number(7));
    }
    Statement crash = database_.prepare("SELECT crash FROM signature WHERE id = ?");
    for (const auto& [at, which] : best) {
      if (crash.reset().bind(which.signature).step()) state_.clusters[at].crash = crash.text(0);
    }
    return true;
  }

  static void note_reason(StoredCluster& cluster, std::string_view why) {
    constexpr size_t kReasons = 20;
    auto& reasons = cluster.merged_because;
    if (why.empty() || reasons.size() >= kReasons) return;
    if (std::find(reasons.begin(), reasons.end(), why) == reasons.end()) reasons.emplace_back(why);
  }

  void load_members() {
    Statement select = database_.prepare(
        "SELECT crash.signature, log.shown, crash.member, crash.start_byte, crash.title, crash.kernel, crash.arch, "
        "crash.seen, crash.run FROM crash JOIN log ON log.id = crash.log");
    while (select.step()) {
      const auto found = cluster_of_.find(select.number(0));
      if (found == cluster_of_.end()) continue;  // its run has not ended
      StoredCluster& cluster = state_.clusters[found->second];
      StoredMember& member = cluster.members.emplace_back();
      member.file = select.text(1);
      if (!select.text(2).empty()) member.file.append("!").append(select.text(2));
      member.start_byte = to_unsigned(select.number(3));
      member.title = select.text(4);
      member.kernel = select.text(5);
      member.arch = select.text(6);
      member.seen = select.text(7);
      member.is_new = select.number(8) == run_;
      if (member.is_new && cluster.status == BugStatus::Known) cluster.status = BugStatus::Grown;
    }
    for (auto& cluster : state_.clusters) {
      std::sort(cluster.members.begin(), cluster.members.end(), [](const StoredMember& a, const StoredMember& b) {
        return std::tie(a.file, a.start_byte) < std::tie(b.file, b.start_byte);
      });
    }
  }

  void load_logs() {
    Statement count = database_.prepare(
        "SELECT COALESCE(SUM(logs), 0), COALESCE(SUM(CASE WHEN failed IS NULL AND logs = 1 AND NOT EXISTS(SELECT 1 "
        "FROM "
        "crash WHERE crash.log = log.id) THEN 1 ELSE 0 END), 0) FROM log");
    if (count.step()) {
      state_.logs = to_unsigned(count.number(0));
      state_.logs_without_crash = to_unsigned(count.number(1));
    }
    Statement failed = database_.prepare("SELECT shown, failed FROM log WHERE failed IS NOT NULL ORDER BY path");
    while (failed.step()) {
      state_.failures.push_back({std::string(failed.text(0)), 0, 0, std::string(failed.text(1))});
    }
  }

  void drop_empty() {
    std::vector<StoredCluster> kept;
    std::map<size_t, size_t> moved;
    for (size_t i = 0; i < state_.clusters.size(); ++i) {
      if (state_.clusters[i].members.empty() && state_.clusters[i].mark.empty()) continue;
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
  std::unordered_map<int64_t, size_t> by_row_;      // a cluster's row → its index
  std::unordered_map<int64_t, size_t> cluster_of_;  // a signature's row → its cluster's index
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

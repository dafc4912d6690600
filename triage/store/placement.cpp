#include "triage/store/placement.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "signatures/clusterer.h"
#include "signatures/signature_json.h"

namespace ktriage {
namespace {

constexpr size_t kNearMisses = 5;

struct Unplaced {
  int64_t id = 0;
  Signature signature;
};

/// Clusters as the Clusterer counts them, and their rows in the database.
class Placer {
 public:
  Placer(Database& database, const SignatureRules& rules, int64_t run)
      : database_(database), rules_(rules), run_(run) {}

  void run() {
    auto unplaced = load_unplaced();
    if (unplaced.empty()) return;
    auto placed = load_placed();
    FrameModel model(rules_);
    for (const auto& [row, signatures] : placed) {
      for (const auto& signature : signatures) model.add_site(signature);
    }
    for (const auto& each : unplaced) model.add_site(each.signature);

    Clusterer clusterer(rules_, std::move(model));
    // In the order in which they were founded, each with its signatures in the order in which they came.
    for (const auto& [row, signatures] : placed) {
      clusterer.restore(signatures);
      rows_.push_back(row);
    }
    std::sort(unplaced.begin(), unplaced.end(),
              [](const Unplaced& a, const Unplaced& b) { return clearer(a.signature, b.signature); });
    place(clusterer, unplaced);
    note_near_misses(clusterer);
  }

 private:
  std::vector<Unplaced> load_unplaced() {
    std::vector<Unplaced> out;
    Statement select = database_.prepare("SELECT id, json FROM signature WHERE cluster IS NULL ORDER BY digest");
    while (select.step()) {
      if (auto signature = signature_from_json(select.text(1))) {
        out.push_back({select.number(0), std::move(*signature)});
      }
    }
    return out;
  }

  std::map<int64_t, std::vector<Signature>> load_placed() {
    std::map<int64_t, std::vector<Signature>> out;
    Statement select =
        database_.prepare("SELECT cluster, json FROM signature WHERE cluster IS NOT NULL ORDER BY cluster, turn");
    while (select.step()) {
      if (auto signature = signature_from_json(select.text(1))) {
        out[select.number(0)].push_back(std::move(*signature));
      }
    }
    return out;
  }

  void place(Clusterer& clusterer, const std::vector<Unplaced>& unplaced) {
    int64_t turn = last_turn();
    Statement update = database_.prepare("UPDATE signature SET cluster = ?, turn = ?, score = ?, why = ? WHERE id = ?");
    for (const auto& [id, signature] : unplaced) {
      const Placement placement = clusterer.place(signature);
      if (placement.founded) rows_.push_back(found(signature));
      update.run(rows_[placement.cluster], ++turn, placement.score, placement.why, id);
    }
  }

  int64_t last_turn() {
    Statement select = database_.prepare("SELECT MAX(turn) FROM signature");
    return select.step() ? select.number(0) : 0;
  }

  /// A cluster is called by the id of the signature that founded it; further ones of that id get a number.
  int64_t found(const Signature& signature) {
    Statement taken = database_.prepare("SELECT 1 FROM cluster WHERE name = ?");
    std::string name = signature.id;
    for (int i = 2; taken.reset().bind(name).step(); ++i) name = signature.id + "-" + std::to_string(i);
    taken.reset();
    database_.prepare("INSERT INTO cluster(name, founded) VALUES(?, ?)").run(name, run_);
    return database_.last_row();
  }

  void note_near_misses(const Clusterer& clusterer) {
    database_.prepare("DELETE FROM near").run();
    Statement insert = database_.prepare("INSERT INTO near(cluster, other, score, why) VALUES(?, ?, ?, ?)");
    for (size_t i = 0; i < clusterer.size(); ++i) {
      for (const auto& miss : clusterer.near_misses(i, kNearMisses)) {
        insert.run(rows_[i], rows_[miss.cluster], miss.score, miss.why);
      }
    }
  }

  Database& database_;
  const SignatureRules& rules_;
  int64_t run_;
  std::vector<int64_t> rows_;
};

/// A crash of a duplicate is a crash of the bug it is a duplicate of.
void note_returned(Database& database, int64_t run) {
  database
      .prepare(R"sql(
WITH RECURSIVE hit(id) AS (
  SELECT DISTINCT signature.cluster FROM crash JOIN signature ON signature.id = crash.signature WHERE crash.run = ?
  UNION SELECT duplicate_of FROM cluster JOIN hit ON cluster.id = hit.id WHERE duplicate_of IS NOT NULL
)
UPDATE cluster SET returned = 1 WHERE mark = 'fixed' AND id IN (SELECT id FROM hit))sql")
      .run(run);
}

}  // namespace

void place_signatures(Database& database, const SignatureRules& rules, int64_t run) {
  Placer(database, rules, run).run();
  note_returned(database, run);
}

}  // namespace ktriage

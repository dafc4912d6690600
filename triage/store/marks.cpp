#include "triage/store/marks.h"

#include <array>
#include <utility>
#include <vector>

#include "rules/yaml_reader.h"

namespace ktriage {
namespace {

constexpr std::array<std::pair<std::string_view, Mark::State>, 4> kStates = {
    {{"fixed", Mark::State::Fixed},
     {"ignore", Mark::State::Ignore},
     {"duplicate-of", Mark::State::DuplicateOf},
     {"none", Mark::State::None}}};

constexpr std::string_view kUsage = "say --mark NAME fixed, ignore, none, or duplicate-of OTHER";

Diagnostic complaint(std::string what) { return {{}, 0, 0, std::move(what)}; }

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto nearest = nearest_word(word, {known.begin(), known.end()});
  return nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?";
}

/// Names are hashes, so a slip of two letters still means the same one; a beginning that only one has will do.
Result<int64_t> find_cluster(Database& database, const std::string& name) {
  std::vector<std::string> names;
  Statement select = database.prepare("SELECT name, id FROM cluster ORDER BY id");
  std::vector<std::pair<std::string, int64_t>> begins;
  while (select.step()) {
    const std::string candidate(select.text(0));
    if (candidate == name) return select.number(1);
    if (!name.empty() && candidate.starts_with(name)) begins.emplace_back(candidate, select.number(1));
    names.push_back(candidate);
  }
  if (database.error()) return *database.error();
  if (begins.size() == 1) return begins.front().second;
  if (begins.size() > 1) {
    return complaint("'" + name + "' may be '" + begins[0].first + "' or '" + begins[1].first + "'; say more of it");
  }
  return complaint("there is no bug '" + name + "' in the database" + did_you_mean(name, names));
}

bool leads_to(Database& database, int64_t from, int64_t to) {
  Statement select = database.prepare(R"sql(
WITH RECURSIVE chain(id) AS (
  SELECT ?
  UNION SELECT duplicate_of FROM cluster JOIN chain ON cluster.id = chain.id WHERE duplicate_of IS NOT NULL
)
SELECT 1 FROM chain WHERE id = ?)sql");
  return select.bind(from).bind(to).step();
}

std::optional<Diagnostic> set_mark(Database& database, const Mark& mark, std::string_view now) {
  const auto cluster = find_cluster(database, mark.cluster);
  if (!cluster) return cluster.errors().front();
  std::optional<int64_t> other;
  if (mark.state == Mark::State::DuplicateOf) {
    const auto found = find_cluster(database, mark.other);
    if (!found) return found.errors().front();
    other = found.value();
    if (leads_to(database, *other, cluster.value())) {
      return complaint("'" + mark.other + "' is '" + mark.cluster + "' itself, or already a duplicate of it");
    }
  }
  std::optional<std::string_view> state;
  std::optional<std::string_view> when;
  if (mark.state != Mark::State::None) {
    state = mark_name(mark.state);
    when = now;
  }
  database.prepare("UPDATE cluster SET mark = ?, duplicate_of = ?, marked = ?, returned = 0 WHERE id = ?")
      .run(state, other, when, cluster.value());
  return database.error();
}

Result<Mark::State> parse_state(const std::string& word) {
  std::vector<std::string> names;
  for (const auto& [name, state] : kStates) {
    if (name == word) return state;
    names.emplace_back(name);
  }
  return complaint("there is no mark '" + word + "'" + did_you_mean(word, names) + "; " + std::string(kUsage));
}

}  // namespace

std::string_view mark_name(Mark::State state) {
  for (const auto& [name, value] : kStates) {
    if (value == state) return name;
  }
  return {};
}

Result<std::vector<Mark>> parse_marks(std::span<const std::string> words) {
  std::vector<Mark> out;
  for (size_t at = 0; at < words.size();) {
    Mark& mark = out.emplace_back();
    mark.cluster = words[at++];
    if (at == words.size()) return complaint("what is '" + mark.cluster + "' to be? " + std::string(kUsage));
    const auto state = parse_state(words[at++]);
    if (!state) return state.errors();
    mark.state = state.value();
    if (mark.state != Mark::State::DuplicateOf) continue;
    if (at == words.size()) return complaint("duplicate of which bug? " + std::string(kUsage));
    mark.other = words[at++];
  }
  if (out.empty()) return complaint(std::string(kUsage));
  return out;
}

std::optional<Diagnostic> set_marks(Database& database, std::span<const Mark> marks, std::string_view now) {
  database.begin();
  for (const auto& mark : marks) {
    if (auto error = set_mark(database, mark, now)) {
      database.rollback();
      return error;
    }
  }
  return database.commit();
}

}  // namespace ktriage

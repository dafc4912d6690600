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
    return Diagnostic{
        {}, 0, 0, "'" + name + "' may be '" + begins[0].first + "' or '" + begins[1].first + "'; say more of it"};
  }
  return Diagnostic{{}, 0, 0, "there is no bug '" + name + "' in the database" + did_you_mean(name, names)};
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

}  // namespace

Result<Mark> parse_mark(std::span<const std::string> words) {
  constexpr std::string_view kUsage = "say --mark NAME fixed, ignore, none, or duplicate-of OTHER";
  if (words.size() < 2) return Diagnostic{{}, 0, 0, std::string(kUsage)};
  Mark out;
  out.cluster = words[0];
  std::vector<std::string> names;
  bool is_known = false;
  for (const auto& [name, state] : kStates) {
    names.emplace_back(name);
    if (name != words[1]) continue;
    out.state = state;
    is_known = true;
  }
  if (!is_known)
    return Diagnostic{
        {}, 0, 0, "there is no mark '" + words[1] + "'" + did_you_mean(words[1], names) + "; " + std::string(kUsage)};
  const size_t wanted = out.state == Mark::State::DuplicateOf ? 3 : 2;
  if (words.size() < wanted) return Diagnostic{{}, 0, 0, "duplicate of which bug? " + std::string(kUsage)};
  if (words.size() > wanted) return Diagnostic{{}, 0, 0, "'" + words[wanted] + "' is too much; " + std::string(kUsage)};
  if (wanted == 3) out.other = words[2];
  return out;
}

std::optional<Diagnostic> set_mark(Database& database, const Mark& mark, std::string_view now) {
  database.begin();
  const auto fail = [&](Diagnostic why) {
    database.rollback();
    return why;
  };
  const auto cluster = find_cluster(database, mark.cluster);
  if (!cluster) return fail(cluster.errors().front());
  std::optional<int64_t> other;
  if (mark.state == Mark::State::DuplicateOf) {
    const auto found = find_cluster(database, mark.other);
    if (!found) return fail(found.errors().front());
    other = found.value();
    if (leads_to(database, *other, cluster.value())) {
      return fail(
          {{}, 0, 0, "'" + mark.other + "' is itself marked a duplicate of '" + mark.cluster + "', or the same bug"});
    }
  }
  std::optional<std::string_view> state;
  std::optional<std::string_view> when;
  for (const auto& [name, value] : kStates) {
    if (value == mark.state && mark.state != Mark::State::None) state = name, when = now;
  }
  database.prepare("UPDATE cluster SET mark = ?, duplicate_of = ?, marked = ?, returned = 0 WHERE id = ?")
      .run(state, other, when, cluster.value());
  return database.commit();
}

}  // namespace ktriage

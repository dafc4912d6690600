#include "bisect/release_tags.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "parser/text_cursor.h"

namespace ktriage {
namespace {

constexpr int kNoCandidate = 1 << 20;  // a release comes after all of its candidates

struct Version {
  std::vector<int> numbers;
  int candidate = kNoCandidate;
  std::string tag;

  bool operator<(const Version& other) const {
    return std::tie(numbers, candidate) < std::tie(other.numbers, other.candidate);
  }
  bool is_stable_update() const { return numbers.size() > 2 && numbers.front() >= 3; }
  std::vector<int> series() const { return {numbers.begin(), numbers.begin() + 2}; }
};

/// v5.1, v2.6.39, v6.12.3, v5.2-rc5, 1.0.
std::optional<Version> parse_version(const std::string& tag) {
  Version version;
  version.tag = tag;
  std::string_view rest = tag;
  eat(rest, "v");
  do {
    const auto number = to_number<int>(eat_digits(rest));
    if (!number) return std::nullopt;
    version.numbers.push_back(*number);
  } while (eat(rest, "."));
  if (eat(rest, "-rc")) {
    const auto number = to_number<int>(eat_digits(rest));
    if (!number) return std::nullopt;
    version.candidate = *number;
  }
  if (!rest.empty()) return std::nullopt;
  return version;
}

/// Newest first: all of the newest three, then every second of six, then every third; the oldest in any case.
std::vector<Version> thin_out(const std::vector<Version>& releases) {
  constexpr size_t kAll = 3;
  constexpr size_t kEverySecond = 9;
  std::vector<Version> out;
  for (size_t i = 0; i < releases.size(); ++i) {
    const bool take = i < kAll || (i < kEverySecond ? (i - kAll) % 2 == 1 : (i - kEverySecond) % 3 == 2);
    if (take || i + 1 == releases.size()) out.push_back(releases[i]);
  }
  return out;
}

/// Of one series' updates (newest first) the two newest and the middle one.
std::vector<Version> pick_updates(const std::vector<Version>& updates) {
  std::set<size_t> picks;
  for (const size_t i : {size_t{0}, size_t{1}, updates.size() / 2}) {
    if (i < updates.size()) picks.insert(i);
  }
  std::vector<Version> out;
  for (const size_t i : picks) out.push_back(updates[i]);
  return out;
}

}  // namespace

std::vector<std::string> releases_to_try(const std::vector<std::string>& tags) {
  std::vector<Version> releases;
  std::vector<Version> candidates;
  std::map<std::vector<int>, std::vector<Version>, std::greater<>> updates;
  for (const auto& tag : tags) {
    const auto version = parse_version(tag);
    if (!version) continue;
    if (version->candidate != kNoCandidate) {
      candidates.push_back(*version);
    } else if (version->is_stable_update()) {
      updates[version->series()].push_back(*version);
    } else {
      releases.push_back(*version);
    }
  }
  if (releases.empty() && updates.empty()) releases = std::move(candidates);
  const auto newest_first = [](const Version& a, const Version& b) { return b < a; };
  std::sort(releases.begin(), releases.end(), newest_first);
  std::vector<Version> chosen = thin_out(releases);
  for (auto& [series, versions] : updates) {
    std::sort(versions.begin(), versions.end(), newest_first);
    const auto picked = pick_updates(versions);
    chosen.insert(chosen.end(), picked.begin(), picked.end());
  }
  std::sort(chosen.begin(), chosen.end(), newest_first);
  std::vector<std::string> out;
  for (auto& version : chosen) out.push_back(std::move(version.tag));
  return out;
}

}  // namespace ktriage

#include "rules/yaml_reader.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ktriage {
namespace {

/// Letters added, left out, exchanged for others, or two neighbours swapped (Damerau; each letter at most once).
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> above_that;
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    above_that = std::exchange(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, substituted});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], above_that[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  size_t best_distance = word.size() / 3 + 1;
  for (const auto candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

void YamlReader::fail(const YAML::Node& at, std::string message) const {
  Diagnostic error{file_, 0, 0, std::move(message)};
  if (at.IsDefined()) {
    error.line = at.Mark().line + 1;
    error.column = at.Mark().column + 1;
  }
  errors_.push_back(std::move(error));
}

bool YamlReader::check_keys(const YAML::Node& map, std::initializer_list<std::string_view> known) const {
  if (!map.IsMap()) {
    fail(map, "expected a map of keys and values");
    return false;
  }
  for (const auto& entry : map) {
    const std::string key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto nearest = nearest_word(key, {known.begin(), known.end()});
    fail(entry.first, "unknown key '" + key + "'" +
                          (nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?"));
  }
  return true;
}

std::string YamlReader::text(const YAML::Node& map, const char* key, bool required) const {
  const YAML::Node node = map[key];
  if (!node) {
    if (required) fail(map, std::string("key '") + key + "' is missing");
    return {};
  }
  if (!node.IsScalar()) {
    fail(node, std::string("'") + key + "' must be a single value");
    return {};
  }
  return scalar(node);
}

std::string YamlReader::scalar(const YAML::Node& node) const {
  std::string text = node.Scalar();
  if (text.find('\0') == std::string::npos) return text;
  fail(node, "holds a NUL byte");
  return {};
}

bool YamlReader::flag(const YAML::Node& map, const char* key, bool otherwise) const {
  const YAML::Node node = map[key];
  if (!node) return otherwise;
  bool value = otherwise;
  if (!node.IsScalar() || !YAML::convert<bool>::decode(node, value)) {
    fail(node, std::string("'") + key + "' must be true or false");
  }
  return value;
}

std::vector<std::string> YamlReader::texts(const YAML::Node& map, const char* key, bool required) const {
  std::vector<std::string> out;
  const YAML::Node node = map[key];
  if (!node) {
    if (required) fail(map, std::string("key '") + key + "' is missing");
  } else if (node.IsScalar()) {
    out.push_back(scalar(node));
  } else if (node.IsSequence()) {
    for (const auto& item : node) {
      if (item.IsScalar()) {
        out.push_back(scalar(item));
      } else {
        fail(item, std::string("'") + key + "' must hold plain values");
      }
    }
  } else {
    fail(node, std::string("'") + key + "' must be a value or a list of values");
  }
  return out;
}

void YamlReader::for_each(const YAML::Node& map, const char* key,
                          const std::function<void(const YAML::Node&)>& each) const {
  const YAML::Node node = map[key];
  if (!node) return;
  if (!node.IsSequence()) {
    fail(node, std::string("'") + key + "' must be a list");
    return;
  }
  for (const auto& item : node) each(item);
}

}  // namespace ktriage

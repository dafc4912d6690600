#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "rules/result.h"

namespace ktriage {

/// Reads YAML strictly: an unknown key, a missing one or a wrong kind of value becomes a Diagnostic with its position,
/// and reading goes on, so that one run shows every mistake of a file.
class YamlReader {
 public:
  YamlReader(std::string file, Diagnostics& errors) : file_(std::move(file)), errors_(errors) {}

  void fail(const YAML::Node& at, std::string message) const;

  /// Reports every key of `map` that is not in `known`, with the nearest known one. False if `map` is not a map.
  bool check_keys(const YAML::Node& map, std::initializer_list<std::string_view> known) const;

  /// The scalar under `key`; empty if there is none, which is an error if `required`.
  std::string text(const YAML::Node& map, const char* key, bool required = false) const;
  /// A scalar's text. No NUL is let through: nothing that takes a name or a command could hold one.
  std::string scalar(const YAML::Node& node) const;
  bool flag(const YAML::Node& map, const char* key, bool otherwise) const;
  /// A scalar or a list of scalars; anything else is an error.
  std::vector<std::string> texts(const YAML::Node& map, const char* key, bool required = false) const;
  /// Calls `each` for the items of the list under `key`; a missing key is an empty list.
  void for_each(const YAML::Node& map, const char* key, const std::function<void(const YAML::Node&)>& each) const;

  const std::string& file() const { return file_; }
  static int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

 private:
  std::string file_;
  Diagnostics& errors_;
};

/// The candidate closest to `word` (edit distance at most a third of its length), or an empty view. For "did you mean".
std::string_view nearest_word(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace ktriage

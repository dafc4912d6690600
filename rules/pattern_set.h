#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pattern.h"

namespace ktriage {

/// An ordered list of patterns with a fast "none of them": one alternation of all is tried before each of them.
class PatternSet {
 public:
  PatternSet() = default;
  explicit PatternSet(const std::vector<std::string>& sources) { append(sources); }

  void append(const std::vector<std::string>& sources);
  /// Puts the patterns of `other` in front.
  void prepend(const PatternSet& other);

  bool matches(std::string_view text) const { return !patterns_.empty() && any_.matches(text); }
  /// Index of the first pattern that fits `text`.
  std::optional<size_t> first_match(std::string_view text) const;

  bool empty() const { return patterns_.empty(); }
  const std::vector<Pattern>& patterns() const { return patterns_; }

 private:
  void combine();

  std::vector<Pattern> patterns_;
  Pattern any_;
};

}  // namespace ktriage

#include "rules/pattern_set.h"

namespace ktriage {

void PatternSet::append(const std::vector<std::string>& sources) {
  for (const auto& source : sources) patterns_.emplace_back(source);
  combine();
}

void PatternSet::prepend(const PatternSet& other) {
  patterns_.insert(patterns_.begin(), other.patterns_.begin(), other.patterns_.end());
  combine();
}

std::optional<size_t> PatternSet::first_match(std::string_view text) const {
  if (!matches(text)) return std::nullopt;
  for (size_t i = 0; i < patterns_.size(); ++i) {
    if (patterns_[i].matches(text)) return i;
  }
  return std::nullopt;
}

void PatternSet::combine() { any_ = Pattern::any_of(patterns_); }

}  // namespace ktriage

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// Finds the function a developer should look at first: the innermost frame of the crash's own stack that is neither
/// machinery nor a helper or wrapper, by exact names. Immutable; built once per rule pack, which must outlive it.
class GuiltyFinder {
 public:
  explicit GuiltyFinder(const RulePack& pack);

  /// std::nullopt if no stack has such a frame. Corrupted reports are searched too: a shown stack is a fact.
  std::optional<Guilty> find(const CrashReport& report) const;

  /// The list that makes `function` machinery; null if none does.
  const GuiltyList* machinery(std::string_view function) const;

 private:
  std::optional<Guilty> find_among(const Stack& stack, bool reliable) const;

  std::map<std::string, const GuiltyList*, std::less<>> exact_;
  std::vector<std::pair<std::string, const GuiltyList*>> globs_;
};

}  // namespace ktriage

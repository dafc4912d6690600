#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// One function on the way to a crash. Views refer to the report.
struct Call {
  std::string_view function;              ///< without compiler suffixes, never empty
  const Frame* frame = nullptr;           ///< null: only the link register names it
  bool reliable = true;                   ///< false: the unwinder does not vouch for it
  const GuiltyList* machinery = nullptr;  ///< what makes it machinery; null: nothing does
};

/// Finds the function a developer should look at first: the innermost frame of the crash's own stack that is neither
/// machinery nor a helper or wrapper, by exact names. Immutable; built once per rule pack, which must outlive it.
class GuiltyFinder {
 public:
  explicit GuiltyFinder(const RulePack& pack);

  /// std::nullopt if no stack has such a frame, and no message names it. Corrupted reports are searched too: a shown
  /// stack is a fact.
  std::optional<Guilty> find(const CrashReport& report) const;

  /// The function that the kernel's own message names, which then matters more than any stack.
  std::optional<Guilty> named(const CrashReport& report) const;

  /// The stack that shows the crash itself; of a race, the side at fault; for a leak, where the object was allocated.
  /// Null if there is none.
  const Stack* primary_stack(const CrashReport& report) const;

  /// The calls that `stack` of `report` shows, innermost first. Left out: return addresses that name a function which
  /// was not called (behind a call that never returns), and the target of a jump to where no code is. Put in: the
  /// caller in the link register, where the unwinder missed it.
  std::vector<Call> calls(const CrashReport& report, const Stack& stack) const;

  /// Was the processor sent to where no code is, so that not the innermost frame of `stack` but its caller matters?
  bool jumped_nowhere(const CrashReport& report, const Stack& stack) const;

  /// The list that makes `function` machinery; null if none does.
  const GuiltyList* machinery(std::string_view function) const;

 private:
  std::optional<Guilty> find_among(const Stack& stack, const std::vector<Call>& calls, bool reliable) const;
  std::optional<Guilty> named(const CrashReport& report, bool fallback) const;
  int innocence(const Stack& stack) const;
  void add_link_register(const CrashReport& report, const Stack& stack, std::vector<Call>& calls) const;

  const RulePack& pack_;
  std::map<std::string, const GuiltyList*, std::less<>> exact_;
  std::vector<std::pair<std::string, const GuiltyList*>> globs_;
};

}  // namespace ktriage

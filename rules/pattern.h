#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// The groups of one match, as views into the text that was searched.
class Captures {
 public:
  static constexpr int kMaxGroups = 12;

  /// The text of group `name`, or an empty view where the group is absent or did not take part.
  std::string_view named(std::string_view name) const;
  /// True if the pattern has a group `name` and it took part in the match.
  bool has(std::string_view name) const;
  std::string_view whole() const { return groups_[0]; }

  /// Calls `visit(name, text)` for each named group that took part in the match, in the order of their numbers.
  template <typename Visit>
  void for_each(Visit visit) const {
    if (names_ == nullptr) return;
    for (size_t i = 1; i < names_->size(); ++i) {
      if (!(*names_)[i].empty() && groups_[i].data() != nullptr) visit(std::string_view((*names_)[i]), groups_[i]);
    }
  }

 private:
  friend class Pattern;
  const std::vector<std::string>* names_ = nullptr;  // index = group number; owned by the Pattern
  std::array<std::string_view, kMaxGroups> groups_{};
};

/// A line pattern of a rule: RE2 syntax plus macros for what kernel lines are made of:
///   {func}   a function name, as group `func` (suffixes such as .isra.0 are left outside of the group)
///   {func2}  the same as group `func2`
///   {pc}     a code address as oopses print it, `[<ffffffff81000000>]`, not a group
///   {addr}   a hexadecimal number of at least six digits, with or without 0x, not a group
///   {src}    a source position `dir/file.c:123`, not a group
/// Compiled at first use (a run touches few of the rules); thread-safe; cheap to copy; immutable.
class Pattern {
 public:
  Pattern() = default;
  /// Never fails here: call `error()` to compile at once and see what is wrong with it.
  explicit Pattern(std::string source);

  /// Fits whatever one of `patterns` fits; has no groups to speak of.
  static Pattern any_of(const std::vector<Pattern>& patterns);

  /// As written in the rule file.
  const std::string& source() const;
  /// Empty if the pattern is well-formed; otherwise RE2's explanation.
  std::string error() const;
  /// Does the pattern occur anywhere in `text`? Linear in its length.
  bool matches(std::string_view text) const;
  /// The same, and gives the groups. `captures` refers to `text` and to this pattern. To look at the start alone costs
  /// much less.
  enum class Where { Anywhere, AtStart };
  bool find(std::string_view text, Captures& captures, Where where = Where::Anywhere) const;
  /// Replaces every occurrence in `text`; `replacement` may hold \1 … \9.
  void replace_all(std::string& text, std::string_view replacement) const;
  /// True if the pattern has a group of this name.
  bool has_group(std::string_view name) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ktriage

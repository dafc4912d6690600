#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/result.h"
#include "triage/store/database.h"

namespace ktriage {

/// What a person says about a bug.
struct Mark {
  enum class State {
    Fixed,        ///< tell me if it returns
    Ignore,       ///< I do not want to see it
    DuplicateOf,  ///< it is the same as `other`
    None,         ///< forget what was said
  };
  std::string cluster;  ///< name
  State state = State::None;
  std::string other;  ///< name; of DuplicateOf only
};

/// "fixed", "ignore", "duplicate-of", "none".
std::string_view mark_name(Mark::State state);

/// Any number of: NAME fixed, NAME ignore, NAME none, NAME duplicate-of OTHER.
Result<std::vector<Mark>> parse_marks(std::span<const std::string> words);

/// Writes them down, at `now` (ISO 8601): all or none. A name's beginning will do if only one bug has it. Fails for a
/// name that is not there, and says which is nearest, and for duplicates that go round in a circle; the latter
/// Diagnostics have no file, those of the database do.
std::optional<Diagnostic> set_marks(Database& database, std::span<const Mark> marks, std::string_view now);

}  // namespace ktriage

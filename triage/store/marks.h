#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

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

/// NAME fixed, NAME ignore, NAME none, or NAME duplicate-of OTHER.
Result<Mark> parse_mark(std::span<const std::string> words);

/// Writes it down, at `now` (ISO 8601). Fails for a name that is not there, and says which is nearest, and for
/// duplicates that go round in a circle.
std::optional<Diagnostic> set_mark(Database& database, const Mark& mark, std::string_view now);

}  // namespace ktriage

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "triage/triage_result.h"

namespace ktriage {

/// All of a representative but its crash, which is large and kept beside it.
std::string representative_to_json(const Representative& representative);

/// The representative again, without its crash; nothing if `json` is none.
std::optional<Representative> representative_from_json(std::string_view json);

}  // namespace ktriage

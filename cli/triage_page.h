#pragma once

#include <optional>
#include <string>

#include "rules/result.h"
#include "triage/triage_result.h"

namespace ktriage {

/// Writes the page of `result` to `file`, which people see complete or not at all; what is no plain file (a pipe) is
/// written as it is. `subject` says in words what was triaged.
std::optional<Diagnostic> write_page(const TriageResult& result, const std::string& subject, const std::string& file);

}  // namespace ktriage

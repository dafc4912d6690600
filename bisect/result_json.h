#pragma once

#include <string>

#include "bisect/bisect_result.h"

namespace ktriage {

/// The result as docs/bisect-result.schema.json describes it; pure ASCII, on one line unless `indent` is positive.
std::string result_to_json(const BisectResult& result, int indent);

}  // namespace ktriage

#pragma once

#include <nlohmann/json_fwd.hpp>

#include "parser/crash_report.h"

namespace ktriage {

/// As it stands in a crash and in a cluster: an object, without what is not known.
nlohmann::ordered_json to_json(const Guilty& guilty);

}  // namespace ktriage

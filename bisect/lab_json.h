#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "bisect/lab.h"

namespace ktriage {

/// Lab events as entries of the journal. Only what is a result has one: a LabStop is no event.
nlohmann::ordered_json to_json(const BuildRecord& record);
nlohmann::ordered_json to_json(const RunRecord& record);

/// Nothing if the entry is of another kind. Throws nlohmann's exceptions if it lacks something (a bug: entries are
/// protected by checksums).
std::optional<LabEvent> lab_event_from_json(const nlohmann::ordered_json& entry);

}  // namespace ktriage

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "bisect/lab.h"

namespace ktriage {

/// Lab events as entries of the journal. Only what is a result has one: a LabStop is no event.
nlohmann::ordered_json to_json(const BuildRecord& record);
nlohmann::ordered_json to_json(const RunRecord& record);

/// The entry is that of a lab event, not of another kind.
bool is_lab_event(const nlohmann::ordered_json& entry);
/// Nothing if it is no entry that this version writes; `problem` then says why.
std::optional<LabEvent> lab_event_from_json(const nlohmann::ordered_json& entry, std::string& problem);

}  // namespace ktriage

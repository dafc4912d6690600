#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "signatures/signature.h"

namespace ktriage {

/// All of a signature, for keeping.
nlohmann::json to_json_value(const Signature& signature);
/// The same as text: equal signatures give equal text.
std::string signature_to_json(const Signature& signature);

/// The signature again; nothing if it is none of this version.
std::optional<Signature> signature_from_json_value(const nlohmann::json& json);
std::optional<Signature> signature_from_json(std::string_view json);

}  // namespace ktriage

#pragma once

#include <nlohmann/json_fwd.hpp>

#include "signatures/signature.h"

namespace ktriage {

/// The whole of a signature, to be read again; what is empty is left out.
nlohmann::ordered_json to_json(const Signature& signature);

/// Throws nlohmann's exceptions if a member is of the wrong kind.
Signature signature_from_json(const nlohmann::ordered_json& json);

}  // namespace ktriage

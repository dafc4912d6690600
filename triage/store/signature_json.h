#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "signatures/signature.h"

namespace ktriage {

/// All of a signature, for keeping: equal signatures give equal text.
std::string signature_to_json(const Signature& signature);

/// The signature again; nothing if `json` is none of this version.
std::optional<Signature> signature_from_json(std::string_view json);

}  // namespace ktriage

#pragma once

#include <string>
#include <string_view>

#include "parser/crash_report.h"
#include "signatures/signature.h"

namespace ktriage {

/// The crash as one line of JSON without its line end, as docs/crash.schema.json describes it. `file` is the log's name
/// as given. Pure ASCII, so that it is safe on terminals; bytes that are no UTF-8 become U+FFFD.
std::string crash_to_json(const CrashReport& crash, const Signature& signature, std::string_view file);

/// The signature as it stands in a crash and in a cluster; an object.
std::string shown_signature_to_json(const Signature& signature);

/// As rule files and JSON call it.
std::string_view role_name(StackRole role);

}  // namespace ktriage

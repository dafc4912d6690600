#pragma once

#include "triage/store/database.h"

namespace ktriage {

/// What the tables of triage's store hold. docs/triage-store.md describes it for those who read the file with other
/// tools.
const Schema& store_schema();

}  // namespace ktriage

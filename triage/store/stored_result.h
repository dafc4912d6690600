#pragma once

#include "triage/store/stored_clusters.h"
#include "triage/triage_result.h"

namespace ktriage {

/// What the store knows as the outcome of a triage: ranked, those that people have dealt with last. Linear.
TriageResult result_of(StoredState state);

}  // namespace ktriage

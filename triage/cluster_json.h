#pragma once

#include <string>

#include "triage/triage_result.h"

namespace ktriage {

/// The cluster as one line of JSON without its line end, as docs/cluster.schema.json describes it. Pure ASCII, so that
/// it is safe on terminals; bytes that are no UTF-8 become U+FFFD.
std::string cluster_to_json(const Cluster& cluster);

/// "2026-03-01T12:00:00Z".
std::string to_iso(SeenTime time);

}  // namespace ktriage

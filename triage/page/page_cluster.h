#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// What the page keeps of a cluster: a row and an entry of the index; the rest goes into its detail at once.
struct PageCluster {
  nlohmann::ordered_json index;         ///< what sorting and filtering need, for the page's script
  std::map<int64_t, uint64_t> crashes;  ///< seconds since 1970 → how many
  std::string detail;                   ///< JSON, escaped for a script element
};

/// How much of a cluster goes into the page.
enum class Depth { Full, WithoutCrash };

/// Reads a cluster's JSON object (docs/cluster.schema.json). All of its text is made visible (page_text.h).
/// REQUIRES: `cluster` is an object with name, title and count.
PageCluster read_page_cluster(nlohmann::ordered_json cluster, Depth depth);

/// "low", "medium", "high", "severe", or "unknown", and 1 to 4 or 0, of a crash's severity.
struct Gravity {
  int level = 0;
  std::string_view word = "unknown";
};
Gravity gravity_of(int severity);

/// The cluster's row of the table, which needs no script. `kind_color` is the number of its kind's colour.
std::string row_html(const nlohmann::ordered_json& index, size_t rank, int kind_color);

}  // namespace ktriage

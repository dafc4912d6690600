#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "triage/page/page_cluster.h"

namespace ktriage {

/// What was read, besides what the clusters say.
struct PageFacts {
  std::string subject;         ///< what was triaged, in words; may be empty
  uint64_t logs = 0;           ///< read in all
  uint64_t without_crash = 0;  ///< logs that show none
  uint64_t unreadable = 0;     ///< logs that could not be read to the end
};

/// One HTML file that needs nothing else, not even a network: a table for every browser, which a script makes sortable,
/// filterable and foldable. The same clusters give the same bytes. Text from logs cannot act (page_text.h), and were it
/// to slip through, the page's own policy runs no script but ours.
class PageBuilder {
 public:
  /// `cluster` is a JSON object as docs/cluster.schema.json describes it. In order of rank.
  void add(std::string_view cluster);

  /// The page. Memory: about twice its size. Beyond 64 MiB of details, clusters are told without their crash.
  std::string finish(const PageFacts& facts) const;

 private:
  std::vector<PageCluster> clusters_;
  size_t detail_bytes_ = 0;
};

}  // namespace ktriage

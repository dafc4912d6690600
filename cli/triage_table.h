#pragma once

#include <cstddef>
#include <string>

#include "cli/style.h"
#include "triage/triage_result.h"

namespace ktriage {

/// How a list of clusters is shown to people.
struct TableLayout {
  size_t width = 0;        ///< columns of the terminal; 0: no terminal, so lines are as long as they need to be
  size_t limit = 0;        ///< clusters at most; 0: all
  bool explained = false;  ///< with members, reasons of the merge and near misses
};

/// The clusters by rank, a line each, escaped.
std::string clusters_to_table(const TriageResult& result, const TableLayout& layout, const Style& style);

}  // namespace ktriage

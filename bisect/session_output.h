#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bisect/duration.h"

namespace ktriage {

/// Where a bisection stands, for people who watch.
struct SessionStatus {
  std::string phase;                 ///< "reproducing", "looking for a good release", "searching" …
  std::vector<std::string> workers;  ///< what each does: "builds 6c9bef32c6e7", "runs 6c9bef32c6e7 #3"; empty: nothing
  int steps_left = -1;               ///< negative: unknown
  size_t revisions_left = 0;
  double confidence = 0;
  Seconds time_left{-1};  ///< negative: unknown
  size_t builds = 0;
  size_t runs = 0;
};

/// What a bisection says while it works.
class SessionOutput {
 public:
  virtual ~SessionOutput() = default;
  /// A line of its log, which stands in the text log as well. May hold anything: escape it.
  virtual void log(std::string_view line) = 0;
  virtual void status(const SessionStatus& /*status*/) {}
};

}  // namespace ktriage

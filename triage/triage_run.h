#pragma once

#include <functional>
#include <string>
#include <vector>

#include "input/input.h"
#include "triage/batch.h"
#include "triage/store/store.h"
#include "triage/triage_result.h"

namespace ktriage {

/// How far a run is; for people who watch.
struct RunProgress {
  size_t units = 0;
  size_t units_done = 0;
  uint64_t bytes = 0;
};

struct RunOptions {
  BatchOptions batch;
  bool remembers = false;  ///< the store outlives the run: known files are passed over, digests kept, batches committed
  std::string now;         ///< ISO 8601, UTC
  std::function<void(const RunProgress&)> on_progress;  ///< at least five times a second
};

/// Of this run, beside what the store knows in the end.
struct RunSummary {
  size_t known_logs = 0;            ///< files that the store knew, so they were not read again
  size_t passed_over = 0;           ///< files that are no logs
  std::vector<FailedInput> failed;  ///< of what it read
  bool is_interrupted = false;
};

/// Triages the units of `found` into `store`: what it does not know yet is read, then placed. The store's contents do
/// not depend on `jobs`. After an interruption the store holds what was done until then, and the next run completes it.
Result<RunSummary> run_triage(const FoundInputs& found, const RunOptions& options, const Interrupt& interrupt,
                              TriageTools& tools, Store& store);

}  // namespace ktriage

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "input/interrupt.h"
#include "rules/result.h"
#include "triage/store/run_lock.h"
#include "triage/store/store.h"
#include "triage/triage_result.h"

namespace ktriage {

/// The time for the store: "2026-03-01T12:00:00Z".
std::string now_as_iso();

/// A store that this process alone fills.
struct RunStore {
  std::optional<RunLock> lock;  ///< let go of last
  std::unique_ptr<Store> store;
};

/// Opens the store for a run. While another run is filling it this waits, and says so, until `interrupt` comes.
Result<RunStore> open_store_for_run(const std::string& file, const Interrupt& interrupt);

/// What the store `file` knows. Writes nothing.
Result<TriageResult> read_store(const std::string& file);

/// `ktriage triage --db FILE --mark WORDS...`.
ExitCode mark_bugs(const std::string& file, const std::vector<std::string>& words);

}  // namespace ktriage

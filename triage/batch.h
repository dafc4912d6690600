#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "input/input.h"
#include "triage/log_triage.h"

namespace ktriage {

/// A unit of the batch, and what is known of it from earlier.
struct BatchUnit {
  InputUnit unit;
  std::string known_digest;  ///< if its bytes have this digest, it need not be read
};

/// What became of a unit.
struct UnitOutcome {
  size_t unit = 0;  ///< index in the batch
  std::string digest;
  bool is_unchanged = false;    ///< its bytes have the known digest; nothing was read
  bool is_interrupted = false;  ///< not read to its end, because the batch was stopped: forget it
  uint64_t logs = 0;
  uint64_t logs_with_crash = 0;
  uint64_t passed_over = 0;
  std::vector<FailedInput> failed;
  std::vector<Sighting> sightings;  ///< by log, then position
};

struct BatchOptions {
  unsigned jobs = 1;     ///< threads that read and parse
  bool digests = false;  ///< compute UnitOutcome::digest: a store wants to know what it has seen
  InputLimits limits;
};

/// Hears of a batch, on the thread that runs it.
class BatchListener {
 public:
  virtual ~BatchListener() = default;
  /// A crash that is the best of its signature so far; comes before the outcome of its unit.
  virtual void on_representative(const Signature& signature, Representative&& representative) = 0;
  virtual void on_unit(UnitOutcome&& outcome) = 0;
  /// At least five times a second, with the bytes of logs read so far. False: stop.
  virtual bool on_tick(uint64_t bytes) = 0;
};

/// Reads and triages all units in parallel: units are shared out one by one, and the members of an archive once more,
/// so that one large archive keeps all threads busy. Memory is bounded: outcomes and members wait in queues of limited
/// length, of a crash only the sighting is kept. The order of outcomes depends on timing, their contents do not.
/// `tools.on_representative` is set by this.
void run_batch(const std::vector<BatchUnit>& units, const BatchOptions& options, const Interrupt& interrupt,
               TriageTools& tools, BatchListener& listener);

}  // namespace ktriage

#include "triage/log_triage.h"

#include <utility>

#include "triage/sighting.h"

namespace ktriage {
namespace {

// A log with more crashes than this is one kernel's agony; what they say is known by then, and memory is bounded.
constexpr size_t kHeldCrashes = 64;

}  // namespace

LogTriage::LogTriage(TriageTools& tools, std::string log, std::optional<SeenTime> seen)
    : tools_(tools),
      log_(std::move(log)),
      seen_(seen),
      parser_(tools.engine, [this](CrashReport&& crash) { on_crash(std::move(crash)); }) {}

void LogTriage::on_crash(CrashReport&& crash) {
  if (tools_.count == Count::Independent && crash.caused_by) return;
  crashes_.push_back(std::move(crash));
  if (tools_.count == Count::First) parser_.stop_describing();
  if (crashes_.size() < kHeldCrashes) return;
  for (auto& each : crashes_) sightings_.push_back(sight(each));
  crashes_.clear();
}

std::vector<Sighting> LogTriage::finish() {
  parser_.finish();
  for (auto& crash : crashes_) {
    parser_.add_log_facts(crash);
    // Lines of the log say that it is nobody's fault: out of memory, a lost machine.
    if (!crash.suppressed) sightings_.push_back(sight(crash));
  }
  return std::move(sightings_);
}

Sighting LogTriage::sight(CrashReport& crash) {
  // Before it is signed: with its inlined calls a crash is recognized whatever the compiler made of them.
  if (tools_.symbolizer != nullptr) tools_.symbolizer->symbolize(crash);
  Sighting out;
  out.member = member_of(crash, log_, seen_);
  out.signature = &tools_.book.intern(tools_.signer.sign(crash));
  if (tools_.book.claim(*out.signature, cleanness_of(crash), out.member)) {
    tools_.on_representative(*out.signature, representative_of(crash, *out.signature, out.member));
  }
  return out;
}

}  // namespace ktriage

#include "triage/triage_run.h"

#include <chrono>
#include <utility>

namespace ktriage {
namespace {

constexpr std::chrono::seconds kCommitEvery(1);

FileStamp stamp_of(const InputUnit& unit) { return {unit.size, unit.mtime_ns}; }

/// Puts what a batch finds into the store.
class Run : public BatchListener {
 public:
  Run(const RunOptions& options, const Interrupt& interrupt, Store& store)
      : options_(options), interrupt_(interrupt), store_(store) {}

  /// The units that have to be read.
  void choose(const FoundInputs& found) {
    const auto known = options_.remembers ? store_.known_files() : std::unordered_map<std::string, FileStamp>();
    for (const auto& unit : found.units) {
      const auto stamp = known.find(unit.path);
      if (stamp == known.end()) {
        units_.push_back({unit, {}});
      } else if (stamp->second == stamp_of(unit)) {
        ++summary_.known_logs;
      } else {
        units_.push_back({unit, store_.known_digest(unit.path)});
      }
    }
    progress_.units = units_.size();
    summary_.passed_over = found.passed_over;
  }

  void on_representative(const Signature& signature, Representative&& representative) override {
    const int64_t number = store_.put_signature(signature);
    if (store_.wants(number, representative.cleanness, representative.member)) {
      store_.put_representative(number, representative);
    }
  }

  void on_unit(UnitOutcome&& outcome) override {
    ++progress_.units_done;
    summary_.passed_over += outcome.passed_over;
    if (outcome.is_interrupted) return;
    const auto& failed = outcome.failed;
    summary_.failed.insert(summary_.failed.end(), failed.begin(), failed.end());
    const InputUnit& unit = units_[outcome.unit].unit;
    if (outcome.is_unchanged) return store_.touch(unit.path, stamp_of(unit));
    store_.add(record_of(unit, std::move(outcome)));
  }

  bool on_tick(uint64_t bytes) override {
    progress_.bytes = bytes;
    if (options_.on_progress) options_.on_progress(progress_);
    if (interrupt_.raised()) summary_.is_interrupted = true;
    const auto now = std::chrono::steady_clock::now();
    if (options_.remembers && now - committed_ >= kCommitEvery) {
      committed_ = now;
      if (store_.commit()) return false;  // finish_run() says it again
    }
    return !summary_.is_interrupted;
  }

  const std::vector<BatchUnit>& units() const { return units_; }
  const RunSummary& summary() const { return summary_; }

 private:
  LogRecord record_of(const InputUnit& unit, UnitOutcome&& outcome) {
    LogRecord out;
    out.path = unit.path;
    out.shown = unit.shown;
    out.stamp = stamp_of(unit);
    // What has no digest (a pipe) is told apart by its turn.
    const bool has_content = outcome.logs > 0 || outcome.failed.empty();
    out.is_stream = outcome.digest.empty();
    if (has_content) out.digest = outcome.digest.empty() ? "turn " + std::to_string(outcome.unit) : outcome.digest;
    out.logs = outcome.logs;
    out.logs_with_crash = outcome.logs_with_crash;
    for (const auto& [file, reason] : outcome.failed) {
      if (!out.failed.empty()) out.failed += "; ";
      out.failed += file == unit.shown ? reason : file.substr(unit.shown.size() + 1) + ": " + reason;
    }
    for (auto& [member, signature] : outcome.sightings) {
      out.crashes.push_back({std::move(member), store_.put_signature(*signature)});
    }
    return out;
  }

  const RunOptions& options_;
  const Interrupt& interrupt_;
  Store& store_;
  std::vector<BatchUnit> units_;
  RunProgress progress_;
  RunSummary summary_;
  std::chrono::steady_clock::time_point committed_ = std::chrono::steady_clock::now();
};

}  // namespace

Result<RunSummary> run_triage(const FoundInputs& found, const RunOptions& options, const Interrupt& interrupt,
                              TriageTools& tools, Store& store) {
  Run run(options, interrupt, store);
  store.begin_run(options.now);
  run.choose(found);
  run_batch(run.units(), options.batch, interrupt, tools, run);
  // What an interrupted run has read is kept; it is placed now, so that it can be shown.
  if (run.summary().is_interrupted && options.remembers) {
    if (const auto error = store.commit()) return *error;
    return run.summary();
  }
  if (const auto error = store.finish_run(tools.engine.pack().signatures, options.now)) return *error;
  return run.summary();
}

}  // namespace ktriage

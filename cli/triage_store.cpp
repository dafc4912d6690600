#include "cli/triage_store.h"

#include <chrono>
#include <filesystem>

#include "cli/messages.h"
#include "triage/cluster_json.h"
#include "triage/store/marks.h"
#include "triage/store/schema.h"
#include "triage/store/stored_clusters.h"
#include "triage/store/stored_result.h"

namespace ktriage {

std::string now_as_iso() { return to_iso(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())); }

Result<RunStore> open_store_for_run(const std::string& file, const Interrupt& interrupt) {
  // What is no store must be refused before a lock is laid beside it.
  if (std::filesystem::exists(file)) {
    if (const auto store = Store::open(file, Access::ReadWrite); !store) return store.errors();
  }
  bool has_said_so = false;
  auto lock = RunLock::take(file, [&] {
    if (!has_said_so) say(file + ": another run is filling it; waiting until that has ended");
    has_said_so = true;
    return !interrupt.raised();
  });
  if (!lock) return lock.errors();
  auto store = Store::open(file, Access::ReadWrite);
  if (!store) return store.errors();
  return RunStore{std::move(lock.value()), std::move(store.value())};
}

Result<TriageResult> read_store(const std::string& file) {
  auto store = Store::open(file, Access::ReadOnly);
  if (!store) return store.errors();
  auto state = load_state(store.value()->database());
  if (!state) return state.errors();
  if (state->is_interrupted) {
    say(file + ": the last run was interrupted, or is still going on; what it found is shown when one has ended");
  }
  return result_of(std::move(state.value()));
}

ExitCode mark_bugs(const std::string& file, const std::vector<std::string>& words) {
  const auto marks = parse_marks(words);
  if (!marks) return say(marks.errors()), ExitCode::Usage;
  // Opening for writing would make the file.
  if (const auto reader = Store::open(file, Access::ReadOnly); !reader) return say(reader.errors()), ExitCode::Input;
  const auto store = Store::open(file, Access::ReadWrite);
  if (!store) return say(store.errors()), ExitCode::Input;
  const auto error = set_marks(store.value()->database(), marks.value(), now_as_iso());
  if (!error) return ExitCode::Ok;
  say(error->to_string());
  return error->file.empty() ? ExitCode::Usage : ExitCode::Input;
}

}  // namespace ktriage

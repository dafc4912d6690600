#include "triage/batch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>

#include "triage/bounded_queue.h"
#include "triage/file_digest.h"

namespace ktriage {
namespace {

constexpr size_t kEvents = 1024;              // results that wait for the listener
constexpr size_t kMemberBytes = 1024 * 1024;  // larger members are parsed where they are read
constexpr size_t kWaitingBytes = 32U << 20U;  // members that wait for a thread
constexpr std::chrono::milliseconds kTick(200);

struct NewRepresentative {
  const Signature* signature;
  Representative representative;
};
using Event = std::variant<NewRepresentative, UnitOutcome>;

/// A unit that is being worked on, by several threads if it is an archive. Whoever lets go of it last hands it in.
class OpenUnit {
 public:
  OpenUnit(size_t index, BoundedQueue<Event>& events) : events_(events) { outcome_.unit = index; }
  OpenUnit(const OpenUnit&) = delete;
  OpenUnit& operator=(const OpenUnit&) = delete;
  ~OpenUnit() {
    auto& sightings = outcome_.sightings;
    std::sort(sightings.begin(), sightings.end(), [](const Sighting& a, const Sighting& b) {
      return std::tie(a.member.file, a.member.start_byte) < std::tie(b.member.file, b.member.start_byte);
    });
    events_.push(std::move(outcome_));
  }

  void add_log(std::vector<Sighting> sightings) {
    const std::lock_guard lock(mutex_);
    ++outcome_.logs;
    if (!sightings.empty()) ++outcome_.logs_with_crash;
    std::move(sightings.begin(), sightings.end(), std::back_inserter(outcome_.sightings));
  }

  /// Lets `change` see the outcome, alone.
  template <typename Change>
  void update(const Change& change) {
    const std::lock_guard lock(mutex_);
    change(outcome_);
  }

 private:
  BoundedQueue<Event>& events_;
  std::mutex mutex_;
  UnitOutcome outcome_;
};

/// A small log that was taken out of an archive, for whichever thread is free.
struct LooseLog {
  std::shared_ptr<OpenUnit> unit;
  std::string name;
  std::optional<SeenTime> seen;
  std::string bytes;
};

/// What the threads share.
struct Work {
  Work(const std::vector<BatchUnit>& batch, const BatchOptions& how, const Interrupt& signal, TriageTools& common)
      : units(batch), options(how), interrupt(signal), tools(common) {}

  const std::vector<BatchUnit>& units;
  const BatchOptions& options;
  const Interrupt& interrupt;
  TriageTools& tools;
  BoundedQueue<Event> events{kEvents};
  std::atomic<uint64_t> bytes = 0;
  std::atomic<bool> stopped = false;

  std::mutex mutex;  // of all below
  std::condition_variable changed;
  size_t next_unit = 0;
  size_t units_being_read = 0;
  std::deque<LooseLog> loose;
  size_t loose_bytes = 0;
};

void triage_loose(Work& work, LooseLog log) {
  LogTriage triage(work.tools, std::move(log.name), log.seen);
  triage.push(log.bytes);
  log.unit->add_log(triage.finish());
}

/// Takes the logs of one unit from its reader.
class UnitSink : public LogSink {
 public:
  UnitSink(Work& work, const InputUnit& unit, std::shared_ptr<OpenUnit> open)
      : work_(work), unit_(unit), open_(std::move(open)) {}

  void begin_log(const Start& start) override {
    name_ = start.member.empty() ? unit_.shown : unit_.shown + "!" + start.member;
    seen_.reset();
    if (start.time_s) seen_ = SeenTime(std::chrono::seconds(*start.time_s));
    held_.clear();
    // A file that is a log itself has this thread to itself.
    is_held_ = !start.member.empty();
    if (!is_held_) triage_.emplace(work_.tools, name_, seen_);
  }

  void bytes(std::string_view piece) override {
    work_.bytes += piece.size();
    if (!is_held_) return triage_->push(piece);
    held_ += piece;
    if (held_.size() > kMemberBytes) stream();
  }

  void end_log() override {
    if (is_held_ && give_away()) return;
    if (is_held_) stream();
    open_->add_log(triage_->finish());
    triage_.reset();
  }

  void damaged(const std::string& member, const std::string& reason) override {
    open_->update([&](UnitOutcome& outcome) {
      outcome.failed.push_back({member.empty() ? unit_.shown : unit_.shown + "!" + member, reason});
    });
  }

  void passed_over(const std::string& /*member*/) override {
    open_->update([](UnitOutcome& outcome) { ++outcome.passed_over; });
  }

  bool keep_going() const override { return !work_.stopped; }

 private:
  /// From now on bytes are parsed as they come.
  void stream() {
    triage_.emplace(work_.tools, name_, seen_);
    triage_->push(held_);
    held_.clear();
    is_held_ = false;
  }

  /// False: enough logs are waiting, so that this thread had better parse this one itself.
  bool give_away() {
    const std::lock_guard lock(work_.mutex);
    if (work_.loose_bytes + held_.size() > kWaitingBytes) return false;
    work_.loose_bytes += held_.size();
    work_.loose.push_back({open_, std::move(name_), seen_, std::move(held_)});
    work_.changed.notify_one();
    return true;
  }

  Work& work_;
  const InputUnit& unit_;
  std::shared_ptr<OpenUnit> open_;
  std::string name_;
  std::optional<SeenTime> seen_;
  std::string held_;
  bool is_held_ = false;
  std::optional<LogTriage> triage_;
};

void read_unit(Work& work, size_t index) {
  const auto& [unit, known_digest] = work.units[index];
  const auto open = std::make_shared<OpenUnit>(index, work.events);
  if (work.options.digests) {
    const std::string digest = file_digest(unit);
    const bool is_unchanged = !digest.empty() && digest == known_digest;
    open->update([&](UnitOutcome& outcome) {
      outcome.digest = digest;
      outcome.is_unchanged = is_unchanged;
    });
    if (is_unchanged) return;
  }
  UnitSink sink(work, unit, open);
  const auto end = read_input(unit, work.options.limits, work.interrupt, sink);
  open->update([&](UnitOutcome& outcome) {
    if (!end) {
      for (const auto& error : end.errors()) outcome.failed.push_back({unit.shown, error.message});
    } else if (end.value() == ReadEnd::Interrupted) {
      outcome.is_interrupted = true;
    }
  });
}

/// What a thread does: loose logs first, so that they do not pile up, then the next unit, until neither can come any
/// more.
void work_on(Work& work) {
  std::unique_lock lock(work.mutex);
  while (true) {
    if (!work.loose.empty()) {
      LooseLog log = std::move(work.loose.front());
      work.loose.pop_front();
      work.loose_bytes -= log.bytes.size();
      lock.unlock();
      triage_loose(work, std::move(log));
      lock.lock();
    } else if (work.next_unit < work.units.size() && !work.stopped) {
      const size_t index = work.next_unit++;
      ++work.units_being_read;
      lock.unlock();
      read_unit(work, index);
      lock.lock();
      if (--work.units_being_read == 0) work.changed.notify_all();
    } else if (work.units_being_read > 0) {
      work.changed.wait(lock);
    } else {
      return;
    }
  }
}

void deliver(std::deque<Event> events, BatchListener& listener) {
  for (auto& event : events) {
    if (auto* found = std::get_if<NewRepresentative>(&event)) {
      listener.on_representative(*found->signature, std::move(found->representative));
    } else {
      listener.on_unit(std::move(std::get<UnitOutcome>(event)));
    }
  }
}

}  // namespace

void run_batch(const std::vector<BatchUnit>& units, const BatchOptions& options, const Interrupt& interrupt,
               TriageTools& tools, BatchListener& listener) {
  Work work(units, options, interrupt, tools);
  tools.on_representative = [&work](const Signature& signature, Representative&& representative) {
    work.events.push(NewRepresentative{&signature, std::move(representative)});
  };
  std::atomic<unsigned> running = std::max(options.jobs, 1U);
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(options.jobs, 1U); ++i) {
    threads.emplace_back([&work, &running] {
      work_on(work);
      --running;
      work.events.wake();
    });
  }
  while (running > 0) {
    deliver(work.events.take_all(kTick), listener);
    if (!listener.on_tick(work.bytes)) work.stopped = true;
  }
  threads.clear();
  deliver(work.events.take_all(std::chrono::milliseconds(0)), listener);
  tools.on_representative = nullptr;
}

}  // namespace ktriage

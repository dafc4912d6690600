#include "bisect/journaled_lab.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bisect/lab_json.h"

namespace ktriage {

JournaledLab::JournaledLab(Lab& lab, Journal& journal, const std::vector<nlohmann::ordered_json>& entries)
    : lab_(lab), journal_(journal), live_since_(std::chrono::steady_clock::now()) {
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!is_lab_event(entries[i])) continue;
    std::string why;
    auto event = lab_event_from_json(entries[i], why);
    if (!event) {
      problem_ = fmt::format(
          "line {} of the journal is none that this version writes ({}); begin anew with another --state", i + 1, why);
      return;
    }
    const auto elapsed = entries[i].find("elapsed_ns");
    const bool known = elapsed != entries[i].end() && elapsed->is_number_unsigned();
    events_.push_back({std::move(*event), std::chrono::nanoseconds(known ? elapsed->get<int64_t>() : 0)});
  }
}

std::chrono::nanoseconds JournaledLab::elapsed() const {
  return live_ ? elapsed_before_ + (std::chrono::steady_clock::now() - live_since_) : elapsed_before_;
}

void JournaledLab::start(int slot, const LabTask& task) {
  if (live_) return lab_.start(slot, task);
  pending_.insert_or_assign(slot, task);
}

void JournaledLab::cancel(int slot) {
  if (live_) return lab_.cancel(slot);
  pending_.erase(slot);
}

void JournaledLab::start_pending() {
  live_ = true;
  live_since_ = std::chrono::steady_clock::now();
  for (const auto& [slot, task] : pending_) lab_.start(slot, task);
  pending_.clear();
}

LabEvent JournaledLab::wait() {
  if (!problem_.empty()) return {0, LabStop{false, problem_}};
  if (!events_.empty()) {
    Replayed next = std::move(events_.front());
    events_.pop_front();
    elapsed_before_ = next.elapsed;
    if (pending_.erase(next.event.slot) == 0) {
      return {0, LabStop{false, "the journal does not fit this configuration; start anew with another --state"}};
    }
    return std::move(next.event);
  }
  if (!live_) start_pending();
  LabEvent event = lab_.wait();
  nlohmann::ordered_json entry;
  if (const auto* build = std::get_if<BuildRecord>(&event.what)) entry = to_json(*build);
  if (const auto* run = std::get_if<RunRecord>(&event.what)) entry = to_json(*run);
  if (entry.is_null()) return event;
  entry["slot"] = event.slot;
  entry["elapsed_ns"] = elapsed().count();
  const auto written = journal_.append(entry);
  if (!written) return {event.slot, LabStop{false, written.errors().front().to_string()}};
  return event;
}

}  // namespace ktriage

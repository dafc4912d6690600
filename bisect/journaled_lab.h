#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bisect/journal.h"
#include "bisect/lab.h"

namespace ktriage {

/// A lab that writes down what happens, and first repeats what was written down before: to whoever uses it, a bisection
/// that was killed and goes on looks like one that was never interrupted. What was under way is started anew once the
/// journal is used up. That works because the user is deterministic: its next step follows from the events so far.
class JournaledLab : public Lab {
 public:
  /// `entries`: what the journal held when it was opened. All but `entries` must outlive this.
  JournaledLab(Lab& lab, Journal& journal, const std::vector<nlohmann::ordered_json>& entries);

  int slots() const override { return lab_.slots(); }
  bool keeps_builds() const override { return lab_.keeps_builds(); }
  void set_target(std::shared_ptr<const TargetMatcher> target) override { lab_.set_target(std::move(target)); }
  void start(int slot, const LabTask& task) override;
  void cancel(int slot) override;
  LabEvent wait() override;

  bool replaying() const { return !events_.empty(); }
  /// Since the bisection was begun, without the time between a death and its --resume.
  std::chrono::nanoseconds elapsed() const;

 private:
  struct Replayed {
    LabEvent event;
    std::chrono::nanoseconds elapsed;
  };
  void start_pending();

  Lab& lab_;
  Journal& journal_;
  std::deque<Replayed> events_;
  std::string problem_;             // of an entry that is none of ours
  std::map<int, LabTask> pending_;  // what the user has started while replaying
  bool live_ = false;
  std::chrono::nanoseconds elapsed_before_{0};
  std::chrono::steady_clock::time_point live_since_;
};

}  // namespace ktriage

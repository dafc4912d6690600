#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bisect/repository.h"
#include "bisect/search_model.h"
#include "bisect/sufficiency.h"
#include "bisect/test_bench.h"

namespace ktriage {

/// Tests what a strategy proposes, on all workers, until the strategy is content. May be run again after more evidence
/// came in from elsewhere.
class SearchLoop {
 public:
  /// `crashed`: with find: fix, the commit where the crash is known. All must outlive the loop.
  SearchLoop(const BisectConfig& config, Repository& repository, TestBench& bench, SessionOutput& output,
             SearchModel& model, std::string crashed);

  Result<SearchStatus> run();
  /// Tells the strategy all evidence of the bench that it does not know yet.
  void feed();
  /// An estimate of the time that the search will still take.
  Seconds time_left(const SearchStatus& status) const;

 private:
  /// A commit in one of the slots.
  struct Active {
    BuildKey key;
    CommitId commit = 0;
    int runs_left = 0;
    size_t first_run = 0;
    bool is_base = false;  // a merge base, tested on behalf of `commit`
  };
  enum class Base { Unknown, HadTheBug, NeverHadIt };

  Result<bool> fill_slots();
  bool begin(const Proposal& proposal, int slot);
  Result<bool> find_bases(CommitId commit);
  Base look_at_base(const std::string& base);
  void handle(const TestBench::Arrival& arrival);
  bool is_same_image(const Active& active);
  bool is_done(const Active& active);
  void finish(int slot);
  void cancel_all();
  void announce(const Active& active);
  void update_status();
  std::string term(const std::string& verdict) const;
  int free_slot(const BuildKey& key) const;

  const BisectConfig& config_;
  Repository& repository_;
  TestBench& bench_;
  SessionOutput& output_;
  SearchModel& model_;
  std::string crashed_;
  std::map<int, Active> active_;
  std::map<BuildKey, size_t> fed_;
  std::set<BuildKey> fed_failures_;
  std::map<CommitId, std::vector<std::string>> bases_;
  std::map<CommitId, std::string> said_;  // verdicts in the log
};

}  // namespace ktriage

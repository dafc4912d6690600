#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bisect/lab.h"
#include "bisect/repository.h"
#include "bisect/session_output.h"

namespace ktriage::test {

/// A history in memory. Commits that were not named have no subject.
class FakeRepository : public Repository {
 public:
  /// Children after their parents; the parents may be unknown: then they are outside of every range.
  void add(const std::string& sha, std::vector<std::string> parents, const std::string& subject = {});

  Result<std::string> resolve(const std::string& revision) override { return revision; }
  Result<std::string> find_by_subject(const std::string& subject, const std::string& tip) override;
  Result<CommitInfo> info(const std::string& commit) override;
  Result<std::vector<std::string>> parents(const std::string& commit) override { return commits_[commit].parents; }
  Result<bool> is_ancestor(const std::string& ancestor, const std::string& descendant) override;
  Result<std::vector<std::string>> merge_bases(const std::string&, const std::string&) override {
    return std::vector<std::string>();
  }
  Result<std::string> rev_list(const std::string& newer, const std::vector<std::string>& older) override;
  Result<std::vector<std::string>> tags(const std::string&) override { return std::vector<std::string>(); }
  Result<std::string> show(const std::string& commit) override { return "commit " + commit + "\n"; }
  Result<std::string> message(const std::string&) override { return std::string(); }
  Result<std::map<std::string, std::vector<std::string>>> changed_files(const std::string&,
                                                                        const std::vector<std::string>&) override {
    return std::map<std::string, std::vector<std::string>>();
  }

 private:
  struct Commit {
    std::vector<std::string> parents;
    std::string subject;
  };
  std::map<std::string, Commit> commits_;
  std::vector<std::string> order_;
};

/// A lab that knows the answers beforehand. Tasks end in the order in which they were begun.
class FakeLab : public Lab {
 public:
  /// `answer` fills in a run; its key and index are set already.
  FakeLab(int slots, std::function<void(RunRecord& run)> answer) : slots_(slots), answer_(std::move(answer)) {}

  int slots() const override { return slots_; }
  bool keeps_builds() const override { return true; }
  void set_target(std::shared_ptr<const TargetMatcher>) override {}
  void start(int slot, const LabTask& task) override { tasks_.emplace_back(slot, task); }
  void cancel(int slot) override;
  LabEvent wait() override;

  std::function<void(BuildRecord& build)> on_build;  ///< may change what comes of a build

 private:
  int slots_;
  std::function<void(RunRecord& run)> answer_;
  std::deque<std::pair<int, LabTask>> tasks_;
};

struct LogLines : SessionOutput {
  std::vector<std::string> lines;
  void log(std::string_view line) override { lines.emplace_back(line); }
};

}  // namespace ktriage::test

#include "tests/fake_session.h"

#include <algorithm>
#include <set>

namespace ktriage::test {

void FakeRepository::add(const std::string& sha, std::vector<std::string> parents, const std::string& subject) {
  commits_[sha] = {std::move(parents), subject};
  order_.push_back(sha);
}

Result<std::string> FakeRepository::find_by_subject(const std::string& subject, const std::string&) {
  for (const auto& sha : order_) {
    if (commits_[sha].subject == subject) return sha;
  }
  return std::string();
}

Result<CommitInfo> FakeRepository::info(const std::string& commit) {
  CommitInfo out;
  out.sha = commit;
  out.subject = commits_[commit].subject;
  out.parents = commits_[commit].parents.size();
  return out;
}

Result<bool> FakeRepository::is_ancestor(const std::string& ancestor, const std::string& descendant) {
  std::set<std::string> seen = {descendant};
  std::vector<std::string> open = {descendant};
  while (!open.empty()) {
    const std::string commit = open.back();
    open.pop_back();
    if (commit == ancestor) return true;
    for (const auto& parent : commits_[commit].parents) {
      if (seen.insert(parent).second) open.push_back(parent);
    }
  }
  return false;
}

Result<std::string> FakeRepository::rev_list(const std::string&, const std::vector<std::string>& older) {
  std::string out;
  for (size_t i = order_.size(); i-- > 0;) {
    if (std::find(older.begin(), older.end(), order_[i]) != older.end()) continue;
    out += std::to_string(1560000000 + i) + " " + order_[i];
    for (const auto& parent : commits_[order_[i]].parents) out += " " + parent;
    out += "\n";
  }
  return out;
}

void FakeLab::cancel(int slot) {
  std::erase_if(tasks_, [slot](const auto& task) { return task.first == slot; });
}

LabEvent FakeLab::wait() {
  const auto [slot, task] = tasks_.front();
  tasks_.pop_front();
  LabEvent event;
  event.slot = slot;
  if (const auto* to_build = std::get_if<BuildTask>(&task)) {
    BuildRecord build;
    build.key = to_build->key;
    build.ok = true;
    if (on_build) on_build(build);
    event.what = std::move(build);
  } else {
    RunRecord run;
    run.key = std::get<RunTask>(task).key;
    run.index = std::get<RunTask>(task).index;
    answer_(run);
    event.what = std::move(run);
  }
  return event;
}

}  // namespace ktriage::test

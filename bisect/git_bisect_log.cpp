#include "bisect/git_bisect_log.h"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace ktriage {
namespace {

/// git's words for the two sides.
struct Terms {
  std::string newer;
  std::string older;
};

Terms terms_of(Find find) { return find == Find::Cause ? Terms{"bad", "good"} : Terms{"fixed", "unfixed"}; }

class LogWriter {
 public:
  LogWriter(const BisectResult& result, Repository& repository)
      : result_(result), repository_(repository), terms_(terms_of(result.find)) {}

  Result<std::string> write() {
    said_.insert(result_.newer);
    said_.insert(result_.older.begin(), result_.older.end());
    for (const auto& step : result_.steps) {
      if (step.key.revert.empty()) add_step(step);
    }
    if (result_.culprit) conclude();
    const std::string marks = std::exchange(out_, {});
    begin(marks.find("git bisect ") == std::string::npos);
    return out_ + marks;
  }

 private:
  /// git 2.39 fails to replay a start whose ends leave a single commit: then they are told one by one.
  void begin(bool ends_tell_all) {
    std::string ends = " '" + result_.newer + "'";
    for (const auto& older : result_.older) ends += " '" + older + "'";
    if (!ends_tell_all) {
      say(terms_.newer, result_.newer);
      for (const auto& older : result_.older) say(terms_.older, older);
    }
    out_ += "git bisect start";
    if (result_.find == Find::Fix) out_ += " '--term-new=fixed' '--term-old=unfixed'";
    out_ += (ends_tell_all ? "" : ends) + "\n";
    if (!ends_tell_all) return;
    mark(terms_.newer, result_.newer, subject_of(result_.newer));
    for (const auto& older : result_.older) mark(terms_.older, older, subject_of(older));
  }

  std::string subject_of(const std::string& sha) {
    const auto info = repository_.info(sha);
    return info ? info->subject : "";
  }

  void comment(const std::string& what, const std::string& sha, const std::string& subject) {
    out_ += fmt::format("# {}: [{}] {}\n", what, sha, subject);
  }
  void say(const std::string& what, const std::string& sha) { comment(what, sha, subject_of(sha)); }
  void mark(const std::string& term, const std::string& sha, const std::string& subject) {
    comment(term, sha, subject);
    out_ += "git bisect " + term + " " + sha + "\n";
    said_.insert(sha);
  }

  void add_step(const BisectResult::Step& step) {
    const std::string verdict = step.evidence.verdict();
    if (said_.contains(step.key.commit) || verdict == "untested" || !is_in_range(step.key.commit)) return;
    if (verdict == "skip") {
      // Not remembered: should the culprit rest on it after all, conclude() says more.
      comment("skip", step.key.commit, step.subject);
      out_ += "git bisect skip " + step.key.commit + "\n";
      return;
    }
    const bool crashed = verdict == "bad";
    const bool has_change = crashed == (result_.find == Find::Cause);
    if (result_.culprit) {
      const auto reaches = repository_.is_ancestor(result_.culprit->sha, step.key.commit);
      if (reaches && reaches.value() != has_change) {
        return comment(
            crashed ? "crashed, against the rest of the evidence" : "no crash, against the rest of the evidence",
            step.key.commit, step.subject);
      }
    }
    if (!has_change) return mark(terms_.older, step.key.commit, step.subject);
    // git remembers the last such mark only: with several workers a wider one may come after a narrower one.
    const auto narrows = repository_.is_ancestor(step.key.commit, newest_);
    if (!narrows || !narrows.value()) return comment(terms_.newer, step.key.commit, step.subject);
    mark(terms_.newer, step.key.commit, step.subject);
    newest_ = step.key.commit;
  }

  /// git refuses marks that its range contradicts, and has no use for others outside.
  bool is_in_range(const std::string& sha) {
    const auto below = repository_.is_ancestor(sha, result_.newer);
    if (!below || !below.value()) return false;
    for (const auto& older : result_.older) {
      const auto known = repository_.is_ancestor(sha, older);
      if (!known || known.value()) return false;
    }
    return true;
  }

  /// What git still has to be told to name the culprit.
  void conclude() {
    const auto& culprit = *result_.culprit;
    const auto parents = repository_.parents(culprit.sha);
    for (const auto& parent : parents ? parents.value() : std::vector<std::string>()) {
      if (said_.contains(parent) || !is_in_range(parent)) continue;
      mark(terms_.older, parent, subject_of(parent));
    }
    if (newest_ != culprit.sha) mark(terms_.newer, culprit.sha, culprit.subject);
    out_ += fmt::format("# first {} commit: [{}] {}\n", terms_.newer, culprit.sha, culprit.subject);
  }

  const BisectResult& result_;
  Repository& repository_;
  Terms terms_;
  std::string newest_ = result_.newer;  // what git takes for the upper end of the range
  std::string out_;
  std::set<std::string> said_;
};

}  // namespace

Result<std::string> git_bisect_log(const BisectResult& result, Repository& repository) {
  return LogWriter(result, repository).write();
}

}  // namespace ktriage

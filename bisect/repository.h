#pragma once

#include <map>
#include <string>
#include <vector>

#include "bisect/config.h"
#include "rules/result.h"

namespace ktriage {

/// What a bisection needs to know about one commit.
struct CommitInfo {
  std::string sha;
  std::string subject;
  std::string author;  ///< name
  std::string email;   ///< of the author
  std::string date;    ///< of the author, as git prints it by default
  size_t parents = 0;
};

/// The history that is searched. Only asked, never changed. Commits are named by full hashes except where said.
class Repository {
 public:
  virtual ~Repository() = default;

  /// The commit that `revision` (a tag, branch, abbreviated hash …) names.
  virtual Result<std::string> resolve(const std::string& revision) = 0;
  /// The newest commit reachable from `tip` whose subject is exactly `subject`; empty if there is none.
  virtual Result<std::string> find_by_subject(const std::string& subject, const std::string& tip) = 0;
  virtual Result<CommitInfo> info(const std::string& commit) = 0;
  virtual Result<std::vector<std::string>> parents(const std::string& commit) = 0;
  virtual Result<bool> is_ancestor(const std::string& ancestor, const std::string& descendant) = 0;
  virtual Result<std::vector<std::string>> merge_bases(const std::string& a, const std::string& b) = 0;
  /// As CommitGraph::from_rev_list reads it.
  virtual Result<std::string> rev_list(const std::string& newer, const std::vector<std::string>& older) = 0;
  /// Tags reachable from `tip`, without the commits' hashes, in no order.
  virtual Result<std::vector<std::string>> tags(const std::string& tip) = 0;
  /// The commit in full: message and raw summary of changes, as `git bisect` ends with it. Ends with a line end.
  virtual Result<std::string> show(const std::string& commit) = 0;
  /// The message alone.
  virtual Result<std::string> message(const std::string& commit) = 0;
  /// The files that each commit of `rev_list(newer, older)` changes; merges change none.
  virtual Result<std::map<std::string, std::vector<std::string>>> changed_files(
      const std::string& newer, const std::vector<std::string>& older) = 0;
};

/// A repository on disk, asked through the `git` program.
class GitRepository : public Repository {
 public:
  explicit GitRepository(std::filesystem::path path) : path_(std::move(path)) {}

  /// An error unless the path is in a git repository.
  Result<std::string> check();

  Result<std::string> resolve(const std::string& revision) override;
  Result<std::string> find_by_subject(const std::string& subject, const std::string& tip) override;
  Result<CommitInfo> info(const std::string& commit) override;
  Result<std::vector<std::string>> parents(const std::string& commit) override;
  Result<bool> is_ancestor(const std::string& ancestor, const std::string& descendant) override;
  Result<std::vector<std::string>> merge_bases(const std::string& a, const std::string& b) override;
  Result<std::string> rev_list(const std::string& newer, const std::vector<std::string>& older) override;
  Result<std::vector<std::string>> tags(const std::string& tip) override;
  Result<std::string> show(const std::string& commit) override;
  Result<std::string> message(const std::string& commit) override;
  Result<std::map<std::string, std::vector<std::string>>> changed_files(const std::string& newer,
                                                                        const std::vector<std::string>& older) override;

 private:
  std::filesystem::path path_;
  std::map<std::string, CommitInfo> infos_;  // commits never change
};

/// The commit that `name` means as seen from `tip`: by its revision if that exists and `tip` (unless empty) reaches it,
/// else by its subject, or by the subject of the commit that the branch was rewritten without. `found_by_subject` is
/// set in the latter cases.
Result<std::string> find_commit(Repository& repository, const CommitName& name, const std::string& tip,
                                bool& found_by_subject);

}  // namespace ktriage

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bisect/cancellation.h"
#include "bisect/config.h"
#include "bisect/lab.h"
#include "bisect/repository.h"
#include "bisect/state_directory.h"
#include "bisect/worktree.h"

namespace ktriage {

/// The files that tests need of a build: what the configuration names, or what QEMU boots. Empty: not known, so that
/// tests run in the worktree and a build is lost with the next.
std::vector<std::string> image_files(const BisectConfig& config);

/// Builds commits in the worktree of one worker, and keeps what the tests need of them.
class Builder {
 public:
  /// `config` and `state` must outlive it.
  Builder(const BisectConfig& config, const StateDirectory& state, int worker)
      : config_(config), state_(state), worker_(worker), repository_(config.repository) {}

  struct Outcome {
    BuildRecord record;
    bool cancelled = false;
    std::string infrastructure;  ///< not empty: what failed was not the commit
  };

  /// Builds, unless that build is there already.
  Outcome build(const BuildKey& key, const Cancellation& cancellation);

  /// Where tests of that build run. REQUIRES: it was built, by anyone if builds are kept, else by this one, last.
  std::filesystem::path test_directory(const BuildKey& key) const;
  /// True if that build can be tested now.
  bool has(const BuildKey& key) const;

  std::filesystem::path worktree_path() const { return state_.worktree(worker_); }
  Result<Environment> environment(const std::string& commit);

 private:
  std::filesystem::path kept(const BuildKey& key) const { return state_.builds() / key.name(); }
  std::filesystem::path marker(const char* what) const;
  std::optional<BuildRecord> find_done(const BuildKey& key) const;
  Outcome build_anew(const BuildKey& key, const Cancellation& cancellation);
  bool prepare(const Worktree& worktree, const BuildKey& key, Outcome& outcome);
  bool run_command(const BuildKey& key, const Cancellation& cancellation, Outcome& outcome);
  void try_again(const Worktree& worktree, const BuildKey& key, const Cancellation& cancellation, Outcome& outcome);
  bool apply_backports(const Worktree& worktree, const BuildKey& key, Backport::When when, BuildRecord& record);
  bool apply_backport(const Worktree& worktree, const BuildKey& key, const Backport& backport);
  void keep(const BuildKey& key, Outcome& outcome) const;

  const BisectConfig& config_;
  const StateDirectory& state_;
  int worker_;
  GitRepository repository_;
};

}  // namespace ktriage

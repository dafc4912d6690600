#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bisect/duration.h"
#include "rules/result.h"

namespace ktriage {

/// What a configuration file of `ktriage bisect` says (docs/bisect.md). Paths are absolute, or relative to the working
/// directory as the file's own path is; those that the file gives are taken relative to the file.

/// A commit by name, and by subject, under which it is found again where a branch was rewritten.
struct CommitName {
  std::string revision;  ///< anything `git rev-parse` knows; may be empty if `subject` is not
  std::string subject;
  bool empty() const { return revision.empty() && subject.empty(); }
  /// For messages.
  std::string text() const { return revision.empty() ? "\"" + subject + "\"" : revision; }
};

enum class Find { Cause, Fix };
enum class StrategyKind { Git, Bayes };
/// What another crash than the target's counts as.
enum class OtherCrash { Ignore, Bad, Skip };
/// What the exit status of the test command says, beside its console.
enum class ExitStatus {
  Auto,    ///< Git if there is no target, else Ignore
  Git,     ///< 0 no crash, 125 not testable, 1 to 124 the crash, as for `git bisect run`
  Ignore,  ///< only 125 counts
};

struct TargetConfig {
  std::string title;
  std::filesystem::path report;  ///< a console or report file with the crash
  bool empty() const { return title.empty() && report.empty(); }
};

using Environment = std::map<std::string, std::string>;

/// Environment variables for a range of commits. Empty names: no limit on that side.
struct Toolchain {
  std::string from;   ///< commits that hold this one (inclusive)
  std::string until;  ///< commits that do not hold this one, and itself
  Environment environment;
};

struct Backport {
  enum class When { BuildFails, Always };
  std::string commit;
  When when = When::BuildFails;
  std::string from;  ///< as for Toolchain
  std::string until;
};

struct BuildConfig {
  enum class Clean { Never, Always, AfterFailure };
  std::string command;  ///< for sh -c, in the worktree; empty: nothing to build
  Seconds timeout{3600};
  std::vector<Toolchain> toolchains;  ///< the first that fits a commit is used
  std::vector<std::string> images;    ///< what the tests run, in the worktree; tells whether two builds are the same
  std::string vmlinux;                ///< in the worktree: to find lines of crashes with; empty: none
  std::vector<std::string> modules;   ///< in the worktree: its modules, or folders of them
  Environment environment;
  Clean clean = Clean::Never;
};

struct QemuConfig {
  std::string arch = "x86_64";
  std::string kernel;            ///< in the worktree, or absolute
  std::filesystem::path initrd;  ///< as found: beside the configuration, or in the worktree if relative
  std::filesystem::path disk;
  std::string memory = "512M";
  int cpus = 2;
  std::string append;
  std::string accel = "tcg";
  std::vector<std::string> arguments;  ///< more of them, as they are
};

struct TestConfig {
  std::string command;  ///< for sh -c, in the worktree; empty: qemu
  std::optional<QemuConfig> qemu;
  Seconds timeout{300};
  std::string console;  ///< a file that the command writes; relative to the worktree; empty: its output is the console
  std::string success;  ///< a text on the console that ends the run without a crash; empty: the end of the process
  ExitStatus exit_status = ExitStatus::Auto;
  Environment environment;
};

struct RunsConfig {
  int max = 20;  ///< on one commit
  double error_probability = 0.01;
};

struct VerifyConfig {
  bool culprit = true;  ///< run the culprit and its parents until the error is below the asked-for one
  bool revert = true;   ///< and the tip with the culprit reverted
};

struct RetryConfig {
  int retries = 3;  ///< of an infrastructure failure, before the bisection stops and waits for --resume
  Seconds delay{10};
};

struct BisectConfig {
  std::filesystem::path file;       ///< this configuration; empty if it came from memory
  std::filesystem::path directory;  ///< that relative paths start from
  std::string text;                 ///< as read
  std::filesystem::path repository;
  std::string branch;
  CommitName bad;  ///< where the crash is known; with find: fix, where it still happened
  CommitName good;
  bool good_auto = false;
  std::string fixed;  ///< with find: fix, where it does not happen any more; the branch if empty
  Find find = Find::Cause;
  StrategyKind strategy = StrategyKind::Bayes;
  TargetConfig target;
  OtherCrash other_crash = OtherCrash::Ignore;
  BuildConfig build;
  TestConfig test;
  RunsConfig runs;
  VerifyConfig verify;
  RetryConfig retry;
  std::vector<Backport> backports;
  int workers = 1;
  uint64_t seed = 1;
  std::filesystem::path state;
};

}  // namespace ktriage

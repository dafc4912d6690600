#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "bisect/config_loader.h"
#include "bisect/git_bisect_log.h"
#include "bisect/journal.h"
#include "bisect/recipients.h"
#include "bisect/result_json.h"
#include "bisect/session.h"
#include "bisect/toolchain.h"
#include "bisect/worker_pool.h"
#include "cli/bisect_check.h"
#include "cli/bisect_knowledge.h"
#include "cli/bisect_output.h"
#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "input/interrupt.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

/// Of what the journal says. 2: runs carry signatures.
constexpr int kJournalVersion = 2;

constexpr std::string_view kHelp = R"(
Finds the commit that brought a crash in (or, with `find: fix`, the one that fixed it) by building and running commits, and
puts it to the test. CONFIG is a YAML file; docs/bisect.md describes it. The log goes to the standard output, and with
all else that must not be lost into the state directory: what every run printed, the journal, result.json, and a log that
`git bisect replay` takes. The repository's own checkout is not touched.

After an interruption of any kind, --resume goes on without repeating finished work.

Exit status: 0 commit found, 1 inconclusive (the log says why), 2 bad usage or configuration, 3 the work could not go on,
130 interrupted.

Examples:
  ktriage bisect --check crash.yaml      look for mistakes in a configuration
  ktriage bisect --dry-run crash.yaml    say what would be tested first
  ktriage bisect crash.yaml              do it
  ktriage bisect --resume crash.yaml     go on with it
  ktriage bisect --json crash.yaml | jq .culprit.sha
)";

OptionsDescription options() {
  OptionsDescription out("Options");
  out.add_options()("check", po::bool_switch(), "look for mistakes in CONFIG, do nothing else");
  out.add_options()("dry-run", po::bool_switch(), "print what would be tested first, build and run nothing");
  out.add_options()("resume", po::bool_switch(), "go on with a bisection that was interrupted");
  out.add_options()("json", po::bool_switch(), "print the result as JSON instead of the log");
  out.add_options()("state", po::value<std::string>()->value_name("DIR"),
                    "keep the state in DIR instead of what CONFIG says");
  add_rules_option(out);
  return out;
}

/// A bisection, its journal, and what goes with it.
class BisectRun {
 public:
  BisectRun(const BisectConfig& config, const Engine& engine, const CrashJudge& judge, Target target, bool json)
      : config_(config),
        engine_(engine),
        judge_(judge),
        target_(std::move(target)),
        json_(json),
        repository_(config.repository) {}

  ExitCode run(bool resume) {
    auto state = StateDirectory::open(config_.state);
    if (!state) return say(state.errors()), ExitCode::Input;
    std::vector<nlohmann::ordered_json> entries;
    auto journal = Journal::open(state->journal(), entries);
    if (!journal) return say(journal.errors()), ExitCode::Input;
    const ExitCode begun = begin(journal.value(), entries, resume);
    if (begun != ExitCode::Ok) return begun;
    // What an earlier process of this bisection left running would build and boot in our worktrees.
    kill_marked_processes(state->mark());
    return work(state.value(), journal.value(), entries);
  }

 private:
  /// Fixes the commits, or takes them from the journal.
  ExitCode begin(Journal& journal, const std::vector<nlohmann::ordered_json>& entries, bool resume) {
    const std::string fingerprint = search_fingerprint(config_);
    if (entries.empty()) {
      auto commits = resolve_commits(config_, repository_);
      if (!commits) return say(commits.errors()), ExitCode::Usage;
      commits_ = std::move(commits.value());
      const auto written = journal.append({{"event", "begin"},
                                           {"version", kJournalVersion},
                                           {"signatures", Signature::kVersion},
                                           {"fingerprint", fingerprint},
                                           {"commits", to_json(commits_)}});
      if (!written) return say(written.errors()), ExitCode::Input;
      return ExitCode::Ok;
    }
    if (!resume) {
      say(config_.state.string() +
          ": holds a bisection already; go on with it by --resume, remove it, or give another "
          "one with --state");
      return ExitCode::Usage;
    }
    const auto& first = entries.front();
    const auto has = [&](const char* name, const nlohmann::ordered_json& wanted) {
      return first.contains(name) && first[name] == wanted;
    };
    auto commits = first.contains("commits") ? resolved_commits_from_json(first["commits"]) : std::nullopt;
    if (!has("version", kJournalVersion) || !has("signatures", Signature::kVersion) || !commits) {
      say(config_.state.string() +
          ": holds a bisection that another version of ktriage began; end it with that one, or begin another with "
          "--state");
      return ExitCode::Usage;
    }
    if (!has("fingerprint", fingerprint)) {
      say(config_.file.string() +
          ": commits, target, strategy, runs or workers have changed since this bisection was "
          "begun; undo that, or begin another with --state");
      return ExitCode::Usage;
    }
    commits_ = std::move(*commits);
    return ExitCode::Ok;
  }

  ExitCode work(const StateDirectory& state, Journal& journal, const std::vector<nlohmann::ordered_json>& entries) {
    const Interrupt interrupt;
    BisectOutput output(state.text_log(), json_);
    WorkerPool pool(config_, state, engine_,
                    {[&] { return interrupt.raised(); }, [&] { output.tick(); },
                     [&](const std::string& problem) { output.complain(problem); }});
    JournaledLab lab(pool, journal, entries);
    output.set_quiet([&] { return lab.replaying(); });
    BisectKnowledge knowledge(config_, state, engine_, repository_, output);
    Session session({config_, commits_, repository_, lab, output, judge_, target_,
                     [this](const std::string& commit) { return compiler_of(commit); }, [&] { return lab.elapsed(); },
                     [&](const RunRecord& crash) { knowledge.learn(crash); },
                     [&](const CommitGraph& graph, const SearchRange& range) { return knowledge.weigh(graph, range); },
                     [&](const RunRecord& crash) { return knowledge.symbolize(crash); },
                     [this, &state](const std::string& commit) { return maintainers_of(commit, state); }});
    const BisectResult result = session.run();
    if (result.outcome != BisectOutcome::Stopped && result.crash) knowledge.drop_symbols_but(result.crash->key);
    return conclude(result, state, output);
  }

  ExitCode conclude(const BisectResult& result, const StateDirectory& state, BisectOutput& output) {
    output.finish();
    if (result.outcome == BisectOutcome::Stopped) {
      if (result.interrupted) return say("interrupted; --resume goes on"), ExitCode::Interrupted;
      return say(result.message + "; when that is mended, --resume goes on"), ExitCode::Input;
    }
    for (const auto& line : closing_lines(result, repository_)) output.log(line);
    const std::string json = result_to_json(result, 0);
    bool written = bool(write_file_atomically(state.result(), result_to_json(result, 2) + "\n"));
    if (!result.newer.empty()) {
      const auto log = git_bisect_log(result, repository_);
      written = written && log && write_file_atomically(state.git_log(), log.value());
    }
    Output out;
    if (json_) out.write(json + "\n");
    if (!out.flush() || !written || output.failed()) return ExitCode::Input;
    for (int worker = 0; worker < config_.workers; ++worker) {
      Worktree::remove(config_.repository, state.worktree(worker));
    }
    return result.outcome == BisectOutcome::Found ? ExitCode::Ok : ExitCode::CrashesFound;
  }

  std::string compiler_of(const std::string& commit) {
    if (config_.build.command.empty()) return {};
    const auto environment = build_environment(repository_, config_, commit);
    if (!environment) return {};
    const auto known = compilers_.find(environment.value());
    if (known != compilers_.end()) return known->second;
    return compilers_[environment.value()] = compiler_version(environment.value());
  }

  std::vector<std::string> maintainers_of(const std::string& commit, const StateDirectory& state) const {
    // Who looks after the code is best known to the newest commit; a bisection that was finished before has no
    // worktree.
    const std::string& newest = config_.find == Find::Cause ? commits_.bad : commits_.good;
    if (Git(config_.repository).ask({"cat-file", "-e", newest + ":scripts/get_maintainer.pl"}).status != 0) return {};
    const auto tree = Worktree::open(config_.repository, state.worktree(0), newest);
    if (!tree || !tree->checkout(newest)) return {};
    const fs::path patch = state.path() / "culprit.patch";
    const auto text = Git(config_.repository).run({"format-patch", "-1", "--stdout", commit});
    if (!text || !write_file_atomically(patch, text.value())) return {};
    return ask_get_maintainer(tree->path(), patch);
  }

  const BisectConfig& config_;
  const Engine& engine_;
  const CrashJudge& judge_;
  Target target_;
  bool json_;
  GitRepository repository_;
  ResolvedCommits commits_;
  std::map<Environment, std::string> compilers_;
};

ExitCode run(const OptionValues& values) {
  const auto operands = texts_of(values, kOperands);
  if (operands.size() != 1) {
    say(operands.empty() ? "say which configuration file to use" : "one configuration file, please");
    say("try ktriage bisect --help");
    return ExitCode::Usage;
  }
  auto config = load_bisect_config(operands.front());
  if (!config) return say(config.errors()), ExitCode::Usage;
  if (values.count("state") > 0) config->state = fs::absolute(values["state"].as<std::string>());
  auto pack = rules_of(values);
  if (!pack) return say(pack.errors()), ExitCode::Usage;
  const Engine engine(std::move(pack.value()));
  const CrashJudge judge(engine.pack());
  const auto target = target_of(config.value(), engine, judge);
  if (!target) return say(target.errors()), ExitCode::Usage;
  if (has_flag(values, "check")) return check_bisection(config.value());
  if (has_flag(values, "dry-run")) return dry_run_bisection(config.value());
  if (const auto checked = GitRepository(config->repository).check(); !checked) {
    return say(checked.errors()), ExitCode::Usage;
  }
  return BisectRun(config.value(), engine, judge, target.value(), has_flag(values, "json"))
      .run(has_flag(values, "resume"));
}

}  // namespace

Command bisect_command() {
  return {"bisect", "CONFIG", "find the commit that brought a crash in, or its fix", kHelp, options, run};
}

}  // namespace ktriage

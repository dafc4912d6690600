#include "cli/bisect_check.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "bisect/commit_graph.h"
#include "bisect/release_tags.h"
#include "bisect/resolved_commits.h"
#include "bisect/search_model.h"
#include "cli/escape.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "parser/log_parser.h"

namespace ktriage {
namespace {

/// The configuration's commits, all of which have to exist.
Result<ResolvedCommits> look_up(const BisectConfig& config, GitRepository& repository) {
  const auto checked = repository.check();
  if (!checked) return Diagnostic{config.file.string(), 0, 0, "'repo': " + checked.errors().front().to_string()};
  return resolve_commits(config, repository);
}

void print(Output& output, const std::string& line) { output.write(escape_for_terminal(line) + "\n"); }

std::string name_of(GitRepository& repository, const std::string& sha) {
  const auto info = repository.info(sha);
  return info ? fmt::format("{} {}", sha.substr(0, 12), info->subject) : sha;
}

/// The search once every run of the bad commit has crashed.
class DryRun {
 public:
  DryRun(const BisectConfig& config, const CommitGraph& graph, const ResolvedCommits& commits)
      : model_(std::make_unique<CommitGraph>(graph), config, {}, 1) {
    answer(config.find == Find::Cause ? 0 : graph.find(commits.bad).value_or(0), RunOutcome::TargetCrash);
  }

  std::optional<Proposal> next() const {
    const auto proposals = model_.propose(1, {});
    return proposals.empty() ? std::nullopt : std::optional(proposals.front());
  }

  /// All runs of `commit` come to `outcome`, until the search has no more questions about it.
  void answer(CommitId commit, RunOutcome outcome) {
    model_.record(commit, outcome);
    for (auto asked = next(); searching() && asked && asked->commit == commit; asked = next()) {
      model_.record(commit, outcome);
    }
  }

  bool searching() const { return model_.status().state == SearchState::Searching; }
  SearchStatus status() const { return model_.status(); }

 private:
  SearchModel model_;
};

void print_choice(const DryRun& search, const CommitGraph& graph, GitRepository& repository, Output& output) {
  const auto choice = search.next();
  if (!search.searching() || !choice) return print(output, "  nothing more to test");
  const auto status = search.status();
  const std::string runs = choice->runs == 1 ? "a run" : fmt::format("up to {} runs", choice->runs);
  print(output, fmt::format("  {} ({})", name_of(repository, graph.name(choice->commit)), runs));
  print(output, "  " + bisecting_line(status.revisions_left, status.steps_left));
}

/// What the strategy would choose first, and after either answer.
ExitCode print_choices(const BisectConfig& config, GitRepository& repository, const ResolvedCommits& commits,
                       Output& output) {
  const auto graph = range_of(config, repository, commits);
  if (!graph) return say(graph.errors()), ExitCode::Usage;
  print(output, fmt::format("then the search among {} candidates begins with", graph->candidates()));
  DryRun search(config, graph.value(), commits);
  print_choice(search, graph.value(), repository, output);
  const auto first = search.next();
  if (first && search.searching()) {
    DryRun crashed(config, graph.value(), commits);
    crashed.answer(first->commit, RunOutcome::TargetCrash);
    print(output, "if that crashes, it goes on with");
    print_choice(crashed, graph.value(), repository, output);
    search.answer(first->commit, RunOutcome::NoCrash);
    print(output, "if it does not, with");
    print_choice(search, graph.value(), repository, output);
  }
  return output.flush() ? ExitCode::Ok : ExitCode::Input;
}

}  // namespace

Result<CommitGraph> range_of(const BisectConfig& config, Repository& repository, const ResolvedCommits& commits) {
  const bool is_cause = config.find == Find::Cause;
  const std::string newer = is_cause ? commits.bad : commits.good;
  std::string older = commits.bad;
  if (is_cause) older = commits.good.empty() ? commits.releases.front().sha : commits.good;
  // Where branches have parted, what both have is the end.
  const auto bases = repository.merge_bases(newer, older);
  if (!bases) return bases.errors();
  if (bases->empty()) return Diagnostic{config.file.string(), 0, 0, "the two commits have no common history"};
  const auto listed = repository.rev_list(newer, bases.value());
  if (!listed) return listed.errors();
  return CommitGraph::from_rev_list(listed.value(), bases.value());
}

Result<Target> target_of(const BisectConfig& config, const Engine& engine, const CrashJudge& judge) {
  Target target;
  const std::string& title = config.target.title;
  if (!title.empty()) target = {Target::From::Title, {title}, {}};
  if (config.target.report.empty()) return target;
  const auto mistake = [&](const std::string& what) { return Diagnostic{config.target.report.string(), 0, 0, what}; };
  std::ifstream in(config.target.report, std::ios::binary);
  if (!in) return mistake("the target's report cannot be read");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  for (const auto& crash : parse_log(engine, text)) {
    CrashIdentity known = judge.identify(crash);
    if (!title.empty() && !TargetMatcher(judge, target).shares_title(known)) continue;
    target = {Target::From::Report, {crash.alt_titles.begin(), crash.alt_titles.end()}, std::move(known.signature)};
    target.titles.insert(crash.title);
    return target;
  }
  return mistake(title.empty() ? "holds no crash, so it makes no target"
                               : "holds no crash of the title '" + title + "'");
}

ExitCode check_bisection(const BisectConfig& config) {
  GitRepository repository(config.repository);
  const auto commits = look_up(config, repository);
  if (!commits) return say(commits.errors()), ExitCode::Usage;
  Output output;
  const bool is_cause = config.find == Find::Cause;
  print(output, fmt::format("crash:  {}", name_of(repository, commits->bad)));
  if (!commits->good.empty()) {
    print(output, fmt::format("{} {}", is_cause ? "good:  " : "fixed: ", name_of(repository, commits->good)));
  }
  std::string tags;
  for (const auto& release : commits->releases) tags += " " + release.tag;
  if (!tags.empty()) print(output, "good:   the first of" + tags);
  print(output, fmt::format("state:  {}", config.state.string()));
  print(output, fmt::format("{}: no mistake found", config.file.string()));
  return output.flush() ? ExitCode::Ok : ExitCode::Input;
}

ExitCode dry_run_bisection(const BisectConfig& config) {
  GitRepository repository(config.repository);
  const auto commits = look_up(config, repository);
  if (!commits) return say(commits.errors()), ExitCode::Usage;
  Output output;
  print(output, "first, the crash is reproduced on " + name_of(repository, commits->bad));
  if (commits->good.empty()) {
    print(output, "then releases are tried until one is good; if that is " + commits->releases.front().tag + ":");
  }
  if (config.strategy == StrategyKind::Git && config.find == Find::Cause && !commits->good.empty()) {
    print(output, "then " + name_of(repository, commits->good) + " is tested, to be sure that it is good");
  }
  return print_choices(config, repository, commits.value(), output);
}

}  // namespace ktriage

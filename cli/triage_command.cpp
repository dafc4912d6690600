#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "cli/command.h"
#include "cli/command_options.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/symbolizer_options.h"
#include "cli/triage_page.h"
#include "cli/triage_progress.h"
#include "cli/triage_store.h"
#include "cli/triage_table.h"
#include "triage/cluster_json.h"
#include "triage/store/stored_result.h"
#include "triage/triage_run.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kHelp = R"(
Reads many logs and lists the distinct bugs in them, those first that matter most: by severity, then by how often and how
lately they were seen. PATH may be a log, compressed or not; a directory, at any depth; an archive (tar, cpio, zip, 7z),
with archives in it; a fuzzer's workdir; a pstore or ABRT directory; a journal (journalctl -o export or -o json); - is the
standard input. The first crash of each log counts. What cannot be read is reported, and does not stop the others.

With --vmlinux crashes get files, lines and inlined calls before they are compared; those of another kernel are listed
without, which is said once. Logs that the database knows are not opened again, so they stay as they were read.

Exit status: 0 no crash, 1 crashes found, 2 bad usage or rules, 3 an input could not be read, 130 interrupted.

Examples:
  ktriage triage logs/
  ktriage triage --explain --limit 5 workdir/crashes results.tar.zst
  ktriage triage --json /var/lib/systemd/pstore | jq -r '[.count, .name, .title] | @tsv'
  ktriage triage --vmlinux linux/vmlinux logs/           guilty functions with file:line
  ktriage triage --db bugs.db --html bugs.html logs/     again and again: reads what is new
  ktriage triage --db bugs.db                            what is known
  ktriage triage --db bugs.db --mark 3f2a90c1d5e7 fixed  or ignore, none, duplicate-of OTHER
)";

constexpr unsigned kMostJobs = 256;

OptionsDescription options() {
  OptionsDescription out("Options");
  out.add_options()("json", po::bool_switch(), "print one JSON object per bug and line (docs/cluster.schema.json)");
  out.add_options()("all", po::bool_switch(), "count every crash of a log that does not follow from another one in it");
  out.add_options()("explain", po::bool_switch(),
                    "say below each bug why its crashes are one, what comes near it, and where they are");
  out.add_options()("db", po::value<std::string>()->value_name("FILE"),
                    "remember in FILE what was found, and read only what is new; without PATH: what is known");
  out.add_options()("mark", po::value<std::vector<std::string>>()->multitoken()->value_name("NAME STATE"),
                    "write down in the database that a bug is fixed, ignore, duplicate-of OTHER, or none of these");
  out.add_options()("html", po::value<std::string>()->value_name("FILE"), "also write a page to look at in a browser");
  out.add_options()("limit", po::value<size_t>()->value_name("N")->default_value(0, "all"), "list N bugs at most");
  out.add_options()("jobs,j", po::value<unsigned>()->value_name("N"), "threads (default: one per processor)");
  add_incidents_option(out);
  add_rules_option(out);
  add_color_option(out);
  add_symbolizer_options(out);
  return out;
}

/// Columns of the terminal that the standard output is; 0: it is none.
size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0) return 0;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Result<unsigned> jobs_of(const OptionValues& values) {
  if (values.count("jobs") == 0) return std::max(1U, std::min(std::thread::hardware_concurrency(), kMostJobs));
  const unsigned jobs = values["jobs"].as<unsigned>();
  if (jobs < 1 || jobs > kMostJobs) {
    return Diagnostic{"--jobs", 0, 0, fmt::format("{} is not between 1 and {}", jobs, kMostJobs)};
  }
  return jobs;
}

/// A run with its parts, from paths to a result.
class TriageSession {
 public:
  /// `symbolizer` may be null.
  TriageSession(const OptionValues& values, const Engine& engine, CrashSymbolizer* symbolizer)
      : signer_(engine.pack()), tools_{engine, signer_, book_} {
    tools_.count = has_flag(values, "all") ? Count::Independent : Count::First;
    tools_.symbolizer = symbolizer;
  }

  /// `db` empty: nothing is remembered.
  Result<TriageResult> run(const std::vector<std::string>& paths, const std::string& db, unsigned jobs) {
    RunOptions options;
    options.batch.jobs = jobs;
    options.now = now_as_iso();
    options.remembers = !db.empty();
    options.batch.digests = options.remembers;
    const FoundInputs found = find_inputs(paths, options.batch.limits);
    auto opened = db.empty() ? in_memory() : open_store_for_run(db, interrupt_);
    if (!opened) return opened.errors();
    Store& store = *opened->store;
    TriageProgress progress(found.units.size());
    options.on_progress = [&progress](const RunProgress& now) { progress.show(now.units_done, now.bytes); };
    const auto summary = run_triage(found, options, interrupt_, tools_, store);
    progress.erase();
    if (!summary) return summary.errors();
    interrupted_ = summary->is_interrupted;
    auto state = load_state(store.database());
    if (!state) return state.errors();
    TriageResult result = result_of(std::move(state.value()));
    result.failed = summary->failed;  // what failed in earlier runs is no failure of this one
    result.known_logs = summary->known_logs;
    result.no_logs = summary->passed_over;
    for (const auto& problem : found.problems) result.failed.push_back({problem.file, problem.message});
    std::sort(result.failed.begin(), result.failed.end(), [](const FailedInput& a, const FailedInput& b) {
      return std::tie(a.file, a.reason) < std::tie(b.file, b.reason);
    });
    return result;
  }

  bool interrupted() const { return interrupted_; }

 private:
  static Result<RunStore> in_memory() {
    auto store = Store::open_in_memory();
    if (!store) return store.errors();
    return RunStore{std::nullopt, std::move(store.value())};
  }

  Interrupt interrupt_;
  Signer signer_;
  SignatureBook book_;
  TriageTools tools_;
  bool interrupted_ = false;
};

std::string summary_of(const TriageResult& result) {
  size_t crashes = 0;
  for (const auto& cluster : result.clusters) crashes += cluster.count;
  std::string out = fmt::format("{} bugs, {} crashes in {} logs", result.clusters.size(), crashes, result.logs);
  if (result.logs > result.logs_with_crash) out += fmt::format(", {} without", result.logs - result.logs_with_crash);
  if (result.known_logs > 0) out += fmt::format(", {} known already", result.known_logs);
  if (result.no_logs > 0) out += fmt::format(", {} files that are no logs", result.no_logs);
  if (!result.failed.empty()) out += fmt::format(", {} not read to the end", result.failed.size());
  return out;
}

void print(const TriageResult& result, const OptionValues& values, const Style& style, Output& output) {
  const auto limit = values["limit"].as<size_t>();
  if (!has_flag(values, "json")) {
    output.write(clusters_to_table(result, {terminal_width(), limit, has_flag(values, "explain")}, style));
    return;
  }
  const size_t shown = limit == 0 ? result.clusters.size() : std::min(limit, result.clusters.size());
  for (size_t i = 0; i < shown; ++i) output.write(cluster_to_json(result.clusters[i]) + "\n");
}

std::string text_of(const OptionValues& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : std::string();
}

/// What the symbolizer has to say, held back until all threads are done: they find it in any order, and a progress bar
/// stands where it would be said.
class SymbolizerOfRun {
 public:
  SymbolizerOfRun(const OptionValues& values, const RulePack& rules)
      : symbolizer_(symbolizer_of(values, &rules, [this](const std::string& note) { notes_.insert(note); })) {
    if (!symbolizer_) {
      say(symbolizer_.errors());  // the list is worth having without lines
    } else if (symbolizer_.value()) {
      for_crashes_.emplace(*symbolizer_.value());
    }
  }

  /// Null: nobody asked for one, or it is not to be had.
  CrashSymbolizer* get() { return for_crashes_ ? &*for_crashes_ : nullptr; }
  bool failed() const { return !symbolizer_; }

  /// Ends its work.
  void say_notes() {
    if (!for_crashes_) return;
    if (const auto note = for_crashes_->note()) notes_.insert(*note);
    for_crashes_.reset();
    symbolizer_.value().reset();  // its end may be worth a note too
    for (const auto& note : notes_) say(note);
  }

 private:
  std::set<std::string> notes_;
  Result<std::unique_ptr<Symbolizer>> symbolizer_;
  std::optional<CrashSymbolizer> for_crashes_;
};

/// What is wrong with the options taken together; empty: nothing.
std::string contradiction(const OptionValues& values, bool has_paths) {
  const bool has_db = values.count("db") > 0;
  if (has_flag(values, "json") && has_flag(values, "explain")) return "--explain is for people; --json always says why";
  if (has_db && text_of(values, "db").empty()) return "--db needs the name of a file";
  if (values.count("mark") > 0 && !has_db) return "--mark needs --db: marks are kept in the database";
  if (values.count("mark") > 0 && has_paths) return "--mark takes no paths: mark first, then triage";
  if (values.count("vmlinux") > 0 && !has_paths && has_db) return "--vmlinux needs PATH: what is known stays as it is";
  if (!has_paths && !has_db) return "say what to triage: directories, archives, logs, or - for the standard input";
  return {};
}

/// Prints the result, and writes the page. False: something could not be written.
bool show(const TriageResult& result, const OptionValues& values, const Style& style) {
  Output output;
  print(result, values, style, output);
  bool is_written = output.flush();
  if (const std::string html = text_of(values, "html"); !html.empty()) {
    if (const auto error = write_page(result, {}, html)) {
      say(Diagnostics{*error});
      is_written = false;
    }
  }
  say(summary_of(result));
  return is_written && !output.failed();
}

ExitCode found_or_not(const TriageResult& result) {
  return result.clusters.empty() ? ExitCode::Ok : ExitCode::CrashesFound;
}

/// `ktriage triage --db FILE`: what is known.
ExitCode show_known(const OptionValues& values, const Style& style) {
  const auto result = read_store(text_of(values, "db"));
  if (!result) return say(result.errors()), ExitCode::Input;
  return show(result.value(), values, style) ? found_or_not(result.value()) : ExitCode::Input;
}

ExitCode run(const OptionValues& values) {
  const auto paths = texts_of(values, kOperands);
  if (const auto why = contradiction(values, !paths.empty()); !why.empty()) return say(why), ExitCode::Usage;
  if (values.count("mark") > 0) return mark_bugs(text_of(values, "db"), texts_of(values, "mark"));
  const Result<Style> style = style_of(values);
  if (!style) return say(style.errors()), ExitCode::Usage;
  const auto jobs = jobs_of(values);
  if (!jobs) return say(jobs.errors()), ExitCode::Usage;
  if (paths.empty()) return show_known(values, style.value());
  Result<RulePack> pack = rules_of(values);
  if (!pack) return say(pack.errors()), ExitCode::Usage;
  const Engine engine(std::move(pack.value()), incidents_of(values));
  if (const auto good = symbolizer_options_of(values); !good) return say(good.errors()), ExitCode::Usage;
  SymbolizerOfRun symbolizer(values, engine.pack());

  TriageSession session(values, engine, symbolizer.get());
  const auto result = session.run(paths, text_of(values, "db"), jobs.value());
  symbolizer.say_notes();
  if (!result) return say(result.errors()), ExitCode::Input;
  for (const auto& [file, reason] : result->failed) say(Diagnostics{{file, 0, 0, reason}});
  const bool is_shown = show(result.value(), values, style.value());
  if (session.interrupted()) return ExitCode::Interrupted;
  if (symbolizer.failed() || !result->failed.empty() || !is_shown) return ExitCode::Input;
  return found_or_not(result.value());
}

}  // namespace

Command triage_command() { return {"triage", "[PATH]...", "list the distinct bugs in many logs", kHelp, options, run}; }

}  // namespace ktriage

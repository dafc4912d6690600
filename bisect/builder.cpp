#include "bisect/builder.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "bisect/child_process.h"
#include "bisect/git.h"
#include "bisect/journal.h"
#include "bisect/kept_symbols.h"
#include "bisect/lab_json.h"
#include "bisect/toolchain.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLeastFreeBytes = uint64_t{16} << 20;
constexpr size_t kTailBytes = 32 * 1024;

/// Remembers the end of a build's output, where the reason of its failure stands.
class TailWatcher : public OutputWatcher {
 public:
  Wish on_output(std::string_view bytes) override {
    tail_ += bytes;
    if (tail_.size() > 2 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
    return Wish::GoOn;
  }
  const std::string& tail() const { return tail_; }

  /// The last line that speaks of an error.
  std::string error_line() const {
    const auto lines = split_lines(tail_);
    for (const std::string_view word : {"error:", "undefined reference", "Error ", "rror"}) {
      for (const auto& line : lines) {
        if (line.find(word) != std::string::npos) return line;
      }
    }
    return lines.empty() ? std::string() : lines.back();
  }

 private:
  std::string tail_;
};

/// Failures that say nothing about the commit.
std::string infrastructure_failure(const ProcessEnd& end, const std::string& tail, const fs::path& directory) {
  if (end.kind == ProcessEnd::Kind::NotStarted || end.kind == ProcessEnd::Kind::Signaled) return end.text();
  if (end.kind == ProcessEnd::Kind::Exited && (end.status == 126 || end.status == 127 || end.status == 137)) {
    return end.text() + " of the build command";
  }
  struct statvfs disk {};
  if (statvfs(directory.c_str(), &disk) == 0 && uint64_t{disk.f_bavail} * disk.f_frsize < kLeastFreeBytes) {
    return "the disk is full";
  }
  for (const char* const sign : {"No space left on device", "File too large", "Killed signal terminated program",
                                 "virtual memory exhausted", "Cannot allocate memory", "Disk quota exceeded"}) {
    if (tail.find(sign) != std::string::npos) return sign;
  }
  return {};
}

std::optional<BuildRecord> read_record(const fs::path& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto entry = parse_entry(text);
  if (!entry) return std::nullopt;
  std::string problem;
  auto event = lab_event_from_json(*entry, problem);
  if (!event || !std::holds_alternative<BuildRecord>(event->what)) return std::nullopt;
  return std::get<BuildRecord>(std::move(event->what));
}

std::string read_line(const fs::path& path) {
  std::ifstream in(path);
  std::string out;
  std::getline(in, out);
  return out;
}

std::string to_text(const BuildRecord& record) { return to_json(record).dump() + "\n"; }

/// git's hash of the contents of the files.
std::string identity_of(const std::vector<std::string>& files, const fs::path& directory) {
  std::vector<std::string> arguments = {"hash-object", "--no-filters", "--"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const auto hashes = Git(directory).run(arguments);
  if (!hashes) return {};
  std::string out;
  for (const auto& hash : split_lines(hashes.value())) out += (out.empty() ? "" : "+") + hash;
  return out;
}

}  // namespace

std::vector<std::string> image_files(const BisectConfig& config) {
  if (!config.build.images.empty() || !config.test.qemu) return config.build.images;
  std::vector<std::string> out;
  const QemuConfig& qemu = *config.test.qemu;
  for (const fs::path& file : {fs::path(qemu.kernel), qemu.initrd, qemu.disk}) {
    if (!file.empty() && file.is_relative()) out.push_back(file.string());
  }
  return out;
}

Result<Environment> Builder::environment(const std::string& commit) {
  auto out = build_environment(repository_, config_, commit);
  if (!out) return out;
  out->try_emplace("KTRIAGE_COMMIT", commit);
  out->try_emplace("KTRIAGE_WORKER", std::to_string(worker_));
  out->try_emplace("KTRIAGE_WORKTREE", worktree_path().string());
  out->try_emplace("KTRIAGE_CONFIG_DIR", config_.directory.string());
  // The same sources shall give the same kernel image, whoever builds them when.
  out->try_emplace("KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 1970");
  out->try_emplace("KBUILD_BUILD_USER", "ktriage");
  out->try_emplace("KBUILD_BUILD_HOST", "ktriage");
  out->try_emplace("KBUILD_BUILD_VERSION", "1");
  out->try_emplace("LOCALVERSION", "");
  return out;
}

fs::path Builder::marker(const char* what) const {
  return state_.path() / "worktrees" / fmt::format("worker-{}.{}", worker_, what);
}

std::optional<BuildRecord> Builder::find_done(const BuildKey& key) const {
  const bool keeps = !image_files(config_).empty();
  auto record = read_record(keeps ? kept(key) / ".ktriage-build.json" : marker("built"));
  if (record && !(record->key == key)) return std::nullopt;
  return record;
}

bool Builder::has(const BuildKey& key) const { return find_done(key).has_value(); }

fs::path Builder::test_directory(const BuildKey& key) const {
  return image_files(config_).empty() ? worktree_path() : kept(key);
}

Builder::Outcome Builder::build(const BuildKey& key, const Cancellation& cancellation) {
  if (auto done = find_done(key)) return {std::move(*done), false, {}};
  return build_anew(key, cancellation);
}

Builder::Outcome Builder::build_anew(const BuildKey& key, const Cancellation& cancellation) {
  Outcome outcome;
  outcome.record.key = key;
  outcome.record.log = fmt::format("logs/build-{}.log", key.name());
  std::error_code error;
  fs::remove(state_.path() / outcome.record.log, error);
  const auto worktree = Worktree::open(config_.repository, worktree_path(), key.commit);
  if (!worktree) {
    outcome.infrastructure = worktree.errors().front().to_string();
    return outcome;
  }
  // A build that was cut off leaves half-written objects behind, which make takes for good ones; and so does a machine
  // that went down, whenever they were written.
  const bool was_cut_off = fs::exists(marker("building"), error) || read_line(marker("boot")) != boot_id();
  fs::remove(marker("built"), error);
  write_file_atomically(marker("building"), key.name() + "\n");
  if (was_cut_off) write_file_atomically(marker("boot"), boot_id() + "\n");
  if (was_cut_off || config_.build.clean == BuildConfig::Clean::Always) worktree->clean();
  if (prepare(worktree.value(), key, outcome)) {
    if (!run_command(key, cancellation, outcome)) try_again(worktree.value(), key, cancellation, outcome);
    if (outcome.record.ok && !outcome.cancelled) {
      if (auto problem = keep_symbols(config_.build, worktree_path(), state_, key); !problem.empty()) {
        outcome.record.reason = "no symbols: " + problem;
      }
      keep(key, outcome);
    }
  }
  fs::remove(marker("building"), error);
  return outcome;
}

bool Builder::prepare(const Worktree& worktree, const BuildKey& key, Outcome& outcome) {
  const auto done = worktree.checkout(key.commit);
  if (!done) {
    outcome.infrastructure = done.errors().front().to_string();
    return false;
  }
  outcome.record.backports.clear();
  apply_backports(worktree, key, Backport::When::Always, outcome.record);
  if (key.revert.empty()) return true;
  if (worktree.revert(key.revert)) return true;
  outcome.record.reason = "it does not revert cleanly";
  return false;
}

bool Builder::run_command(const BuildKey& key, const Cancellation& cancellation, Outcome& outcome) {
  outcome.record.ok = true;
  outcome.record.reason.clear();
  if (config_.build.command.empty()) return true;
  const auto variables = environment(key.commit);
  if (!variables) {
    outcome.record.ok = false;
    outcome.infrastructure = variables.errors().front().to_string();
    return false;
  }
  ProcessSpec spec;
  spec.arguments = shell(config_.build.command);
  spec.directory = worktree_path();
  spec.environment = variables.value();
  spec.timeout = config_.build.timeout;
  spec.log = state_.path() / outcome.record.log;
  spec.mark = state_.mark() + std::to_string(worker_);
  TailWatcher watcher;
  const ProcessEnd end = run_process(spec, cancellation, &watcher);
  outcome.record.seconds += end.seconds;
  outcome.record.ok = end.succeeded();
  outcome.cancelled = end.kind == ProcessEnd::Kind::Cancelled;
  if (outcome.record.ok || outcome.cancelled) return true;
  outcome.infrastructure = infrastructure_failure(end, watcher.tail(), spec.directory);
  outcome.record.reason = end.text();
  if (end.kind == ProcessEnd::Kind::Exited && !watcher.tail().empty()) outcome.record.reason = watcher.error_line();
  return !outcome.infrastructure.empty();
}

/// Afresh, then with the backports that are for this.
void Builder::try_again(const Worktree& worktree, const BuildKey& key, const Cancellation& cancellation,
                        Outcome& outcome) {
  if (config_.build.clean == BuildConfig::Clean::AfterFailure) {
    worktree.clean();
    if (!prepare(worktree, key, outcome) || run_command(key, cancellation, outcome)) return;
  }
  if (!apply_backports(worktree, key, Backport::When::BuildFails, outcome.record)) return;
  run_command(key, cancellation, outcome);
}

/// True if any was applied.
bool Builder::apply_backports(const Worktree& worktree, const BuildKey& key, Backport::When when, BuildRecord& record) {
  bool any = false;
  for (const auto& backport : config_.backports) {
    if (backport.when != when || !apply_backport(worktree, key, backport)) continue;
    any = true;
    const auto info = repository_.resolve(backport.commit);
    record.backports.push_back(info ? info.value() : backport.commit);
  }
  return any;
}

bool Builder::apply_backport(const Worktree& worktree, const BuildKey& key, const Backport& backport) {
  const auto sha = repository_.resolve(backport.commit);
  const auto fits = in_range(repository_, key.commit, backport.from, backport.until);
  if (!sha || !fits || !fits.value()) return false;
  const auto has_it = repository_.is_ancestor(sha.value(), key.commit);
  if (!has_it || has_it.value()) return false;
  return worktree.apply(sha.value());
}

/// Copies what the tests need to a place of its own, whole or not at all.
void Builder::keep(const BuildKey& key, Outcome& outcome) const {
  BuildRecord& record = outcome.record;
  const auto files = image_files(config_);
  if (files.empty()) {
    write_file_atomically(marker("built"), to_text(record));
    return;
  }
  const fs::path draft = state_.builds() / fmt::format(".draft-{}", worker_);
  std::error_code error;
  fs::remove_all(draft, error);
  for (const auto& file : files) {
    const fs::path source = worktree_path() / file;
    if (!fs::exists(source, error)) {
      record.ok = false;
      record.reason = "the build succeeded without making " + file;
      return;
    }
    fs::create_directories((draft / file).parent_path(), error);
    fs::copy(source, draft / file, fs::copy_options::recursive, error);
    if (error) {
      outcome.infrastructure = "cannot keep " + file + ": " + error.message();
      return;
    }
  }
  record.image = identity_of(files, draft);
  if (!sync_tree(draft)) {
    outcome.infrastructure = "cannot write the build to the disk";
    return;
  }
  write_file_atomically(draft / ".ktriage-build.json", to_text(record));
  fs::remove_all(kept(key), error);
  fs::rename(draft, kept(key), error);
  if (error) outcome.infrastructure = "cannot keep the build: " + error.message();
}

}  // namespace ktriage

#include "triage/store/store.h"

#include <tuple>
#include <utility>

#include "signatures/digest.h"
#include "signatures/signature_json.h"
#include "triage/store/placement.h"
#include "triage/store/representative_json.h"
#include "triage/store/schema.h"

namespace ktriage {
namespace {

constexpr size_t kDigestDigits = 32;

/// What follows the file's own name in the name of a log in it.
std::string_view member_name(const LogRecord& log, const Member& member) {
  const std::string_view name = member.file;
  return name.starts_with(log.shown) ? name.substr(log.shown.size()) : name;
}

/// Tells a crash from the others of its file, when the file is read again.
std::string place_in_file(std::string_view member, int64_t start_byte, int64_t signature) {
  return std::to_string(start_byte) + ' ' + std::to_string(signature) + ' ' + std::string(member);
}

/// Equal for equal signatures, and for no others.
std::string content_of(const Signature& signature) {
  std::string out;
  const auto add = [&out](std::string_view text) { out.append(text).push_back('\0'); };
  const auto add_all = [&](const std::vector<std::string>& texts) {
    for (const auto& text : texts) add(text);
    out.push_back('\1');
  };
  for (const auto* text : {&signature.id, &signature.kind, &signature.anchor, &signature.module, &signature.what,
                           &signature.detail, &signature.evidence}) {
    add(*text);
  }
  for (const auto& frame : signature.frames) {
    add(frame.function);
    add(frame.module);
    out.push_back(frame.inlined ? 'i' : 'f');
  }
  out.push_back(signature.corrupted ? 'c' : 's');
  for (const auto* texts : {&signature.hints, &signature.allocation, &signature.free, &signature.titles})
    add_all(*texts);
  return out;
}

int64_t to_signed(uint64_t number) { return static_cast<int64_t>(number); }

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& file, Access access) {
  auto database = Database::open(file, access, store_schema());
  if (!database) return database.errors();
  Statement any = database.value()->prepare("SELECT json FROM signature LIMIT 1");
  if (any.step() && !signature_from_json(any.text(0))) {
    return Diagnostic{file, 0, 0, "was filled by a ktriage with other signatures; run over all logs into a new file"};
  }
  any = {};
  if (database.value()->error()) return *database.value()->error();
  return std::unique_ptr<Store>(new Store(std::move(database.value())));
}

Result<std::unique_ptr<Store>> Store::open_in_memory() {
  auto database = Database::open_in_memory(store_schema());
  if (!database) return database.errors();
  return std::unique_ptr<Store>(new Store(std::move(database.value())));
}

std::unordered_map<std::string, FileStamp> Store::known_files() {
  std::unordered_map<std::string, FileStamp> out;
  Statement count = database_->prepare("SELECT COUNT(*) FROM log");
  if (count.step()) out.reserve(static_cast<size_t>(count.number(0)));
  // Those that could not be read are tried again.
  Statement select = database_->prepare("SELECT path, size, mtime_ns FROM log WHERE failed IS NULL");
  while (select.step()) {
    out.emplace(select.text(0), FileStamp{static_cast<uint64_t>(select.number(1)), select.number(2)});
  }
  return out;
}

std::string Store::known_digest(const std::string& path) {
  Statement select = database_->prepare("SELECT digest FROM log WHERE path = ? AND failed IS NULL");
  return select.bind(path).step() ? std::string(select.text(0)) : std::string();
}

void Store::prepare() {
  Database& db = *database_;
  sql_.find_log = db.prepare("SELECT id FROM log WHERE path = ?");
  sql_.find_moved = db.prepare("SELECT id, path FROM log WHERE digest = ? ORDER BY id");
  sql_.insert_log = db.prepare(
      "INSERT INTO log(path, shown, size, mtime_ns, digest, logs, logs_with_crash, failed) VALUES(?, ?, ?, ?, ?, ?, ?, "
      "?)");
  sql_.update_log = db.prepare(
      "UPDATE log SET path = ?, shown = ?, size = ?, mtime_ns = ?, digest = ?, logs = ?, logs_with_crash = ?, failed = "
      "? WHERE id = ?");
  sql_.fail_log = db.prepare("UPDATE log SET failed = ? WHERE id = ?");
  sql_.touch_log = db.prepare("UPDATE log SET size = ?, mtime_ns = ? WHERE path = ?");
  sql_.old_crashes = db.prepare("SELECT member, start_byte, signature, run FROM crash WHERE log = ?");
  sql_.delete_crashes = db.prepare("DELETE FROM crash WHERE log = ?");
  sql_.insert_crash = db.prepare(
      "INSERT INTO crash(log, member, start_byte, end_byte, signature, title, kernel, arch, seen, run) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  sql_.insert_signature = db.prepare("INSERT INTO signature(digest, json) VALUES(?, ?)");
  sql_.update_signature = db.prepare("UPDATE signature SET representative = ?, crash = ? WHERE id = ?");
}

void Store::load_signatures() {
  Statement select = database_->prepare("SELECT digest, id, representative FROM signature");
  while (select.step()) {
    signatures_.emplace(select.text(0), select.number(1));
    if (const auto best = representative_from_json(select.text(2))) {
      best_[select.number(1)] = {best->cleanness, best->member.file, best->member.start_byte};
    }
  }
}

void Store::begin_run(std::string_view now) {
  prepare();
  load_signatures();
  database_->begin();
  in_batch_ = true;
  Statement interrupted = database_->prepare("SELECT MAX(id) FROM run WHERE finished IS NULL");
  if (interrupted.step() && !interrupted.is_null(0)) {
    run_ = interrupted.number(0);
  } else {
    database_->prepare("INSERT INTO run(started) VALUES(?)").run(now);
    run_ = database_->last_row();
  }
  interrupted.reset();
  commit();
}

void Store::open_batch() {
  if (!std::exchange(in_batch_, true)) database_->begin();
}

std::optional<Diagnostic> Store::commit() {
  if (!std::exchange(in_batch_, false)) return database_->error();
  return database_->commit();
}

void Store::add(const LogRecord& log) {
  open_batch();
  const int64_t id = put_log(log);
  if (log.digest.empty()) return;
  const auto before = take_crashes(id);
  for (const auto& [member, signature] : log.crashes) {
    const std::string_view name = member_name(log, member);
    const auto start = to_signed(member.start_byte);
    const auto old = before.find(place_in_file(name, start, signature));
    sql_.insert_crash.reset();
    sql_.insert_crash.bind(id).bind(name).bind(start).bind(to_signed(member.end_byte)).bind(signature);
    sql_.insert_crash.bind(member.title).bind(member.kernel).bind(member.arch);
    if (member.seen) {
      sql_.insert_crash.bind(int64_t{member.seen->time_since_epoch().count()});
    } else {
      sql_.insert_crash.bind_null();
    }
    sql_.insert_crash.bind(old == before.end() ? run_ : old->second).step();
  }
}

void Store::touch(const std::string& path, const FileStamp& stamp) {
  open_batch();
  sql_.touch_log.run(to_signed(stamp.size), stamp.mtime_ns, path);
}

/// The log's row: new, or the one it had.
int64_t Store::put_log(const LogRecord& log) {
  int64_t id = 0;
  if (sql_.find_log.reset().bind(log.path).step()) {
    id = sql_.find_log.number(0);
  } else if (!log.digest.empty() && !log.is_stream) {
    id = moved_log(log);
  }
  sql_.find_log.reset();
  const std::optional<std::string> failed = log.failed.empty() ? std::nullopt : std::optional(log.failed);
  const auto size = to_signed(log.stamp.size);
  if (id == 0) {
    sql_.insert_log.run(log.path, log.shown, size, log.stamp.mtime_ns, log.digest, to_signed(log.logs),
                        to_signed(log.logs_with_crash), failed);
    return database_->last_row();
  }
  if (log.digest.empty()) {
    sql_.fail_log.run(failed, id);
    return id;
  }
  sql_.update_log.run(log.path, log.shown, size, log.stamp.mtime_ns, log.digest, to_signed(log.logs),
                      to_signed(log.logs_with_crash), failed, id);
  return id;
}

/// A file with the same bytes that is no longer where it was; 0 if there is none.
int64_t Store::moved_log(const LogRecord& log) {
  int64_t id = 0;
  sql_.find_moved.reset().bind(log.digest);
  while (id == 0 && sql_.find_moved.step()) {
    std::error_code error;
    if (!std::filesystem::exists(sql_.find_moved.text(1), error)) id = sql_.find_moved.number(0);
  }
  sql_.find_moved.reset();
  return id;
}

/// Takes away the crashes that the log had; says in which run each was found.
std::unordered_map<std::string, int64_t> Store::take_crashes(int64_t log) {
  std::unordered_map<std::string, int64_t> out;
  Statement& select = sql_.old_crashes;
  select.reset().bind(log);
  while (select.step()) {
    out.emplace(place_in_file(select.text(0), select.number(1), select.number(2)), select.number(3));
  }
  select.reset();
  if (!out.empty()) sql_.delete_crashes.run(log);
  return out;
}

int64_t Store::put_signature(const Signature& signature) {
  const auto [seen, is_first] = seen_.try_emplace(content_of(signature), 0);
  if (!is_first) return seen->second;
  open_batch();
  const std::string json = signature_to_json(signature);
  const auto [entry, is_new] = signatures_.try_emplace(digest(json, kDigestDigits), 0);
  if (is_new) {
    sql_.insert_signature.run(entry->first, json);
    entry->second = database_->last_row();
  }
  return seen->second = entry->second;
}

bool Store::wants(int64_t signature, const Cleanness& cleanness, const Member& member) const {
  const auto found = best_.find(signature);
  if (found == best_.end()) return true;
  const Best& best = found->second;
  if (best.cleanness != cleanness) return best.cleanness < cleanness;
  return std::tie(member.file, member.start_byte) < std::tie(best.file, best.start_byte);
}

void Store::put_representative(int64_t signature, const Representative& representative) {
  open_batch();
  sql_.update_signature.run(representative_to_json(representative), representative.crash, signature);
  best_[signature] = {representative.cleanness, representative.member.file, representative.member.start_byte};
}

std::optional<Diagnostic> Store::finish_run(const SignatureRules& rules, std::string_view now) {
  open_batch();
  place_signatures(*database_, rules, run_);
  database_->prepare("UPDATE run SET finished = ? WHERE id = ?").run(now, run_);
  return commit();
}

}  // namespace ktriage

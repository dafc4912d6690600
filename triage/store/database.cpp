#include "triage/store/database.h"

#include <sqlite3.h>

#include <array>
#include <fstream>
#include <utility>

namespace ktriage {
namespace {

namespace fs = std::filesystem;

constexpr int kBusyMs = 30000;

/// SQLite's URI for a file, which lets us say immutable=1.
std::string uri_of(const fs::path& file, std::string_view query) {
  std::string out = "file:";
  for (const char c : fs::absolute(file).string()) {
    if (c == '?' || c == '#' || c == '%') {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + std::string(query);
}

/// SQLite itself takes a file that is shorter than its header for an empty database, and overwrites it.
bool is_sqlite(const fs::path& file) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, kMagic.size()> start{};
  std::ifstream in(file, std::ios::binary);
  in.read(start.data(), start.size());
  return in.gcount() == 0 || std::string_view(start.data(), start.size()) == kMagic;
}

/// Nobody can have written what is not in the file itself: so it can be read where nothing may be written.
bool is_settled(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file.string() + "-wal", error);
  return error || size == 0;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::reset() {
  bound_ = 0;
  if (statement_) {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
  }
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  ++bound_;
  // A null pointer would bind NULL.
  const char* data = text.empty() ? "" : text.data();
  if (statement_) sqlite3_bind_text64(statement_.get(), bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int64_t number) {
  ++bound_;
  if (statement_) sqlite3_bind_int64(statement_.get(), bound_, number);
  return *this;
}

Statement& Statement::bind(double number) {
  ++bound_;
  if (statement_) sqlite3_bind_double(statement_.get(), bound_, number);
  return *this;
}

Statement& Statement::bind_null() {
  ++bound_;
  return *this;
}

bool Statement::step() {
  if (!statement_ || database_->error_) return false;
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_->fail(code);
  return code == SQLITE_ROW;
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return data == nullptr ? std::string_view()
                         : std::string_view(data, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

Result<std::unique_ptr<Database>> Database::open(const fs::path& file, Access access, const Schema& schema) {
  std::unique_ptr<Database> database(new Database(file, access, schema));
  if (auto error = database->connect()) return *error;
  return database;
}

Result<std::unique_ptr<Database>> Database::open_in_memory(const Schema& schema) {
  std::unique_ptr<Database> database(new Database({}, Access::ReadWrite, schema));
  if (auto error = database->connect_in_memory()) return *error;
  return database;
}

std::optional<Diagnostic> Database::connect_in_memory() {
  const int code =
      sqlite3_open_v2(":memory:", &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) fail(code);
  migrate(0);
  return error_;
}

Database::~Database() { sqlite3_close_v2(handle_); }

std::optional<Diagnostic> Database::connect() {
  std::error_code error;
  const bool exists = fs::exists(file_, error);
  if (access_ == Access::ReadOnly && !exists) {
    return Diagnostic{file_, 0, 0, "there is no such " + std::string(schema_.name) + "; a run with paths makes it"};
  }
  if (exists && !fs::is_regular_file(file_, error)) return Diagnostic{file_, 0, 0, "is no file"};
  if (exists && !is_sqlite(file_)) return Diagnostic{file_, 0, 0, "file is not a database" + remedy(SQLITE_NOTADB)};
  const int flags = access_ == Access::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const auto try_open = [&](std::string_view query) {
    sqlite3_close_v2(std::exchange(handle_, nullptr));
    error_.reset();
    const int code =
        sqlite3_open_v2(uri_of(file_, query).c_str(), &handle_, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) fail(code);
    sqlite3_busy_timeout(handle_, kBusyMs);
    pragma("schema_version");  // reads the file, so that what is no database shows
  };
  try_open("");
  // A reader of a WAL database writes a little index beside it, if it may.
  if (error_ && access_ == Access::ReadOnly && is_settled(file_)) {
    const auto first = error_;
    try_open("?immutable=1");
    if (error_) error_ = first;
  }
  return error_ ? error_ : check_and_migrate();
}

std::optional<Diagnostic> Database::check_and_migrate() {
  const auto refuse = [&](const std::string& why) { return Diagnostic{file_, 0, 0, why}; };
  const std::string name(schema_.name);
  const auto newest = static_cast<int64_t>(schema_.migrations.size());
  const int64_t version = pragma("user_version");
  const int64_t application = pragma("application_id");
  const bool is_empty = pragma("schema_version") == 0 && version == 0 && application == 0;
  if (error_) return error_;
  if (!is_empty && application != schema_.application_id) {
    return refuse("is another program's database, no " + name + "; name another file");
  }
  if (version > newest) {
    return refuse("was written by a newer ktriage (version " + std::to_string(version) + ", this one knows " +
                  std::to_string(newest) + "); use that one, or name another file");
  }
  if (access_ == Access::ReadOnly) {
    if (version == newest) return std::nullopt;
    return refuse(is_empty ? "is empty; a run with paths fills it"
                           : "is of an older version; a run with paths brings it up to date");
  }
  execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
  migrate(version);
  return error_;
}

void Database::migrate(int64_t version) {
  const auto newest = static_cast<int64_t>(schema_.migrations.size());
  if (version == newest) return;
  begin();
  version = pragma("user_version");  // another process may have been faster
  for (; version < newest; ++version) execute(std::string(schema_.migrations[static_cast<size_t>(version)].sql));
  execute("PRAGMA application_id=" + std::to_string(schema_.application_id));
  execute("PRAGMA user_version=" + std::to_string(newest));
  commit();
}

int64_t Database::pragma(const char* name) {
  Statement statement = prepare("PRAGMA " + std::string(name));
  return statement.step() ? statement.number(0) : 0;
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (error_) return {};
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) fail(code);
  return {*this, statement};
}

void Database::execute(const std::string& sql) {
  if (error_) return;
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Database::begin() { execute("BEGIN IMMEDIATE"); }

std::optional<Diagnostic> Database::commit() {
  execute("COMMIT");
  if (error_) rollback();
  return error_;
}

void Database::rollback() {
  if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }

void Database::fail(int code) {
  if (error_) return;
  const std::string what = handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_);
  error_ = Diagnostic{file_, 0, 0, what + remedy(code & 0xff)};
}

std::string Database::remedy(int code) const {
  const std::string name(schema_.name);
  switch (code) {
    case SQLITE_NOTADB:
      return ": this is no " + name + "; name another file, or move this one away";
    case SQLITE_CORRUPT:
      return ": move it away and run over all logs again; 'sqlite3 FILE .recover' may save its marks";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ": another process has been writing to it for " + std::to_string(kBusyMs / 1000) +
             " seconds; try again later";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return ": it may not be written; name a file that may";
    case SQLITE_CANTOPEN:
      return ": see that its directory exists and may be written";
    case SQLITE_FULL:
      return ": make room on its disk; what was committed is kept";
    default:
      return {};
  }
}

}  // namespace ktriage

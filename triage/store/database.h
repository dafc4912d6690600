#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ktriage {

class Database;

/// A prepared statement. It borrows its database, which must outlive it.
class Statement {
 public:
  Statement() = default;

  /// Makes ready for another use: forgets row and parameters.
  Statement& reset();

  // The next parameter. Text is copied.
  Statement& bind(std::string_view text);
  Statement& bind(const char* text) { return bind(std::string_view(text)); }
  Statement& bind(int64_t number);
  Statement& bind(double number);
  Statement& bind_null();
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// Fetches the next row; false if there is none, or after a failure, which the database remembers.
  bool step();
  /// reset(), bind() each value, step() to the end.
  template <typename... Values>
  void run(const Values&... values) {
    reset();
    (bind(values), ...);
    while (step()) {
    }
    reset();
  }

  // Columns of the row, from 0. A view lives until the next step() or reset().
  std::string_view text(int column) const;
  int64_t number(int column) const;
  double real(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}

  Database* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// One step from a schema version to the next, in SQL.
struct Migration {
  std::string_view sql;
};

/// What a file must be to be ours, and how it becomes what we know.
struct Schema {
  int32_t application_id = 0;             ///< in the file's header
  std::span<const Migration> migrations;  ///< the n-th makes version n from n-1
  std::string_view name;                  ///< what such a file is, for messages: "triage database"
};

enum class Access { ReadWrite, ReadOnly };

/// An SQLite file in WAL mode. The first failure sticks: all that comes after it does nothing, and commit() or error()
/// tells. So a row of statements needs one look at the end, and a failed transaction leaves no trace.
/// For one thread at a time.
/// https://www.sqlite.org/wal.html, https://www.sqlite.org/fileformat.html
class Database {
 public:
  /// ReadWrite makes the file where it is missing or empty, and brings an older version up to date. Fails for what is
  /// no database, another program's or a newer version's, and says what to do.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Access access, const Schema& schema);
  /// One that lives and dies with the object, for a single thread at a time.
  static Result<std::unique_ptr<Database>> open_in_memory(const Schema& schema);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Statement prepare(std::string_view sql);
  /// Statements without parameters and rows.
  void execute(const std::string& sql);

  /// Takes the right to write, waiting for it up to 30 seconds.
  void begin();
  /// Everything since begin(), for good: after this returns without error, neither kill -9 nor a crash of the machine
  /// loses it.
  std::optional<Diagnostic> commit();
  void rollback();

  int64_t last_row() const;
  const std::optional<Diagnostic>& error() const { return error_; }

 private:
  friend class Statement;
  Database(std::filesystem::path file, Access access, const Schema& schema)
      : file_(std::move(file)), access_(access), schema_(schema) {}

  std::optional<Diagnostic> connect();
  std::optional<Diagnostic> connect_in_memory();
  std::optional<Diagnostic> check_and_migrate();
  void migrate(int64_t version);
  int64_t pragma(const char* name);
  void fail(int code);
  std::string remedy(int code) const;

  std::filesystem::path file_;
  Access access_;
  Schema schema_;
  sqlite3* handle_ = nullptr;
  std::optional<Diagnostic> error_;
};

}  // namespace ktriage

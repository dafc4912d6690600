#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rules/result.h"
#include "rules/rule_pack.h"
#include "triage/store/database.h"
#include "triage/store/records.h"

namespace ktriage {

/// What triage remembers between runs: which files it has read, the crashes in them, which bug each is, and what
/// people said about the bugs.
///
/// A run is begin_run(), add() for each new or changed file, commit() now and then, finish_run(). What add() stores are
/// facts that no order changes; which signature belongs to which cluster is decided in finish_run() alone, over all
/// that are not placed yet, the clearest first. So a run that was killed and run again ends like one that was not,
/// provided that the files are the same. Signatures that were placed stay where they are.
///
/// Errors stick, as the Database's do: commit() and finish_run() tell. For one thread at a time.
class Store {
 public:
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& file, Access access);
  /// One that is forgotten: a triage without memory runs through the same code.
  static Result<std::unique_ptr<Store>> open_in_memory();

  /// The files that need not be read again as long as they look the same. Absolute paths.
  std::unordered_map<std::string, FileStamp> known_files();
  /// The digest of a file's bytes when it was read; empty if it was not.
  std::string known_digest(const std::string& path);

  /// `now` is ISO 8601, UTC. Goes on with a run that was interrupted. What follows until finish_run() REQUIRES it.
  void begin_run(std::string_view now);
  /// The number of a signature, for CrashRecord: the one it has, or a new one.
  int64_t put_signature(const Signature& signature);
  /// Whether a crash is better to look at than the one the signature has: then make a representative of it and put
  /// that. Of those that are equally clean the first by name is kept, so that the order of files does not matter.
  bool wants(int64_t signature, const Cleanness& cleanness, const Member& member) const;
  void put_representative(int64_t signature, const Representative& representative);
  /// Files in any order. The crashes of a file that has changed take the place of those it had. A file that was moved
  /// keeps what it had. A record without digest is a failure to read anything: what was known stays.
  void add(const LogRecord& log);
  /// The file's time or size changed, but its bytes did not.
  void touch(const std::string& path, const FileStamp& stamp);
  /// Makes lasting what was added so far.
  std::optional<Diagnostic> commit();
  /// Places the new signatures, and ends the run.
  std::optional<Diagnostic> finish_run(const SignatureRules& rules, std::string_view now);

  Database& database() { return *database_; }

 private:
  /// What a representative is compared by.
  struct Best {
    Cleanness cleanness;
    std::string file;
    uint64_t start_byte = 0;
  };

  explicit Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  void prepare();
  int64_t put_log(const LogRecord& log);
  int64_t moved_log(const LogRecord& log);
  std::unordered_map<std::string, int64_t> take_crashes(int64_t log);
  void load_signatures();
  void open_batch();

  std::unique_ptr<Database> database_;
  std::unordered_map<std::string, int64_t> signatures_;  // by digest
  std::unordered_map<std::string, int64_t> seen_;        // by content: quicker to make than a digest
  std::unordered_map<int64_t, Best> best_;               // by number
  int64_t run_ = 0;
  bool in_batch_ = false;
  struct Statements {
    Statement find_log, find_moved, insert_log, update_log, fail_log, touch_log, old_crashes, delete_crashes,
        insert_crash, insert_signature, update_signature;
  } sql_;
};

}  // namespace ktriage

#include "triage/store/schema.h"

#include <array>

namespace ktriage {
namespace {

// A version that was released is never edited: what comes later is a further entry of kMigrations.
constexpr std::string_view kVersion1 = R"sql(
-- One run with paths. A run that was interrupted has no end; the next one takes its place.
CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,
  finished TEXT
);

-- A bug. Clusters never go away: people have marked them and wrote down their names.
CREATE TABLE cluster(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  founded INTEGER NOT NULL REFERENCES run,
  mark TEXT CHECK(mark IN ('fixed', 'ignore', 'duplicate-of')),
  duplicate_of INTEGER REFERENCES cluster,
  marked TEXT,
  returned INTEGER NOT NULL DEFAULT 0
);

-- Each distinct signature once, with the cleanest crash that has it. Without a cluster: its run has not ended yet.
-- `turn` is the order in which signatures were placed.
CREATE TABLE signature(
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  json TEXT NOT NULL,
  cluster INTEGER REFERENCES cluster,
  turn INTEGER,
  score REAL,
  why TEXT,
  representative TEXT,
  crash TEXT
);
CREATE INDEX signature_cluster ON signature(cluster, turn);

-- A file that was read. `path` is absolute; `shown` is how it was given.
CREATE TABLE log(
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  shown TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  digest TEXT NOT NULL,
  logs INTEGER NOT NULL,
  logs_with_crash INTEGER NOT NULL,
  failed TEXT
);
CREATE INDEX log_digest ON log(digest);

-- A crash in it. `member` is what follows `shown` in the log's name: "!name" within an archive. `seen`: seconds since 1970.
CREATE TABLE crash(
  id INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES log,
  member TEXT NOT NULL,
  start_byte INTEGER NOT NULL,
  end_byte INTEGER NOT NULL,
  signature INTEGER NOT NULL REFERENCES signature,
  title TEXT NOT NULL,
  kernel TEXT NOT NULL,
  arch TEXT NOT NULL,
  seen INTEGER,
  run INTEGER NOT NULL REFERENCES run
);
CREATE INDEX crash_log ON crash(log);

-- Clusters that are close to another, but not close enough.
CREATE TABLE near(
  cluster INTEGER NOT NULL REFERENCES cluster,
  other INTEGER NOT NULL REFERENCES cluster,
  score REAL NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY(cluster, other)
) WITHOUT ROWID;
)sql";

constexpr std::array<Migration, 1> kMigrations = {{{kVersion1}}};

constexpr int32_t kApplicationId = 0x6b747269;  // "ktri"

}  // namespace

const Schema& store_schema() {
  static const Schema kSchema = {kApplicationId, kMigrations, "triage database"};
  return kSchema;
}

}  // namespace ktriage

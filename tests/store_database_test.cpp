#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "triage/store/database.h"
#include "triage/store/run_lock.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

constexpr std::array<Migration, 1> kFirst = {{{"CREATE TABLE t(x INTEGER PRIMARY KEY, y TEXT)"}}};
constexpr std::array<Migration, 2> kSecond = {{kFirst[0], {"ALTER TABLE t ADD COLUMN z TEXT NOT NULL DEFAULT 'old'"}}};
constexpr Schema kOld = {77, kFirst, "test database"};
constexpr Schema kNew = {77, kSecond, "test database"};

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("store_database_" + std::to_string(std::random_device{}()));
    fs::create_directories(folder_);
    file_ = folder_ / "odd #?% name.db";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string error_of(const fs::path& file, Access access, const Schema& schema = kOld) {
    const auto database = Database::open(file, access, schema);
    return database ? "" : database.errors().front().to_string();
  }

  void fill(int rows) {
    auto database = Database::open(file_, Access::ReadWrite, kOld);
    ASSERT_TRUE(database) << database.errors().front().to_string();
    Database& db = *database.value();
    db.begin();
    Statement insert = db.prepare("INSERT INTO t VALUES(?, ?)");
    for (int64_t i = 0; i < rows; ++i) insert.run(i, "text");
    ASSERT_FALSE(db.commit());
  }

  int64_t count() {
    auto database = Database::open(file_, Access::ReadOnly, kOld);
    EXPECT_TRUE(database) << database.errors().front().to_string();
    Statement select = database.value()->prepare("SELECT COUNT(*) FROM t");
    return select.step() ? select.number(0) : -1;
  }

  fs::path folder_;
  fs::path file_;
};

TEST_F(DatabaseTest, KeepsWhatWasCommittedAndNothingElse) {
  fill(3);
  {
    auto database = Database::open(file_, Access::ReadWrite, kOld);
    database.value()->begin();
    database.value()->prepare("DELETE FROM t").run();
  }
  EXPECT_EQ(count(), 3);
}

TEST_F(DatabaseTest, TheFirstFailureSticksAndUndoesTheTransaction) {
  fill(3);
  auto database = Database::open(file_, Access::ReadWrite, kOld);
  Database& db = *database.value();
  db.begin();
  db.prepare("DELETE FROM t").run();
  db.prepare("INSERT INTO nowhere VALUES(1)").run();
  db.prepare("DELETE FROM t").run();
  const auto error = db.commit();
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("nowhere"), std::string::npos) << error->message;
  EXPECT_EQ(count(), 3);
}

TEST_F(DatabaseTest, BringsAnOlderVersionUpToDate) {
  fill(2);
  EXPECT_NE(error_of(file_, Access::ReadOnly, kNew).find("older version"), std::string::npos);
  auto database = Database::open(file_, Access::ReadWrite, kNew);
  ASSERT_TRUE(database) << database.errors().front().to_string();
  Statement select = database.value()->prepare("SELECT z FROM t");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.text(0), "old");
  EXPECT_NE(error_of(file_, Access::ReadWrite, kOld).find("newer ktriage (version 2, this one knows 1)"),
            std::string::npos);
}

TEST_F(DatabaseTest, RefusesWhatIsNotOurs) {
  std::ofstream(folder_ / "text") << std::string(5000, 'x');
  std::ofstream(folder_ / "short") << "x";
  std::ofstream(folder_ / "empty");
  fill(1);
  Schema other = kOld;
  other.application_id = 78;
  for (const Access access : {Access::ReadOnly, Access::ReadWrite}) {
    EXPECT_NE(error_of(folder_ / "text", access).find("name another file"), std::string::npos);
    EXPECT_NE(error_of(folder_ / "short", access).find("name another file"), std::string::npos);
    EXPECT_NE(error_of(file_, access, other).find("another program's database"), std::string::npos);
    EXPECT_NE(error_of(folder_, access).find("is no file"), std::string::npos);
  }
  EXPECT_NE(error_of(folder_ / "none", Access::ReadOnly).find("there is no such test database"), std::string::npos);
  EXPECT_NE(error_of(folder_ / "no" / "such", Access::ReadWrite).find("directory"), std::string::npos);
  EXPECT_NE(error_of(folder_ / "empty", Access::ReadOnly).find("is empty"), std::string::npos);
  EXPECT_EQ(error_of(folder_ / "empty", Access::ReadWrite), "");
}

TEST_F(DatabaseTest, SaysWhereAFileIsDamaged) {
  fill(5000);
  const auto size = fs::file_size(file_);
  {
    std::fstream damaged(file_, std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(4096);
    const std::string rubbish(size - 4096, '\x5a');
    damaged << rubbish;
  }
  auto database = Database::open(file_, Access::ReadOnly, kOld);
  ASSERT_TRUE(database);
  Statement select = database.value()->prepare("SELECT SUM(LENGTH(y)) FROM t");
  EXPECT_FALSE(select.step());
  ASSERT_TRUE(database.value()->error());
  EXPECT_NE(database.value()->error()->message.find("run over all logs again"), std::string::npos)
      << database.value()->error()->message;
}

TEST_F(DatabaseTest, CanBeReadWhereNothingMayBeWritten) {
  fill(4);
  fs::permissions(folder_, fs::perms(0755));
  fs::permissions(file_, fs::perms(0644));
  const pid_t child = fork();
  if (child == 0) {
    // Root may write anywhere, so it becomes nobody.
    if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
    if (geteuid() != 65534) fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
    _exit(count() == 4 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  fs::permissions(folder_, fs::perms::owner_all);
}

TEST_F(DatabaseTest, AReaderSeesTheLastCommitWhileAnotherWrites) {
  fill(3);
  auto writer = Database::open(file_, Access::ReadWrite, kOld);
  writer.value()->begin();
  writer.value()->prepare("DELETE FROM t").run();
  EXPECT_EQ(count(), 3);
  EXPECT_FALSE(writer.value()->commit());
  EXPECT_EQ(count(), 0);
}

TEST_F(DatabaseTest, OnlyOneRunAtATime) {
  auto first = RunLock::take(file_, [] { return false; });
  ASSERT_TRUE(first) << first.errors().front().to_string();
  int asked = 0;
  const auto second = RunLock::take(file_, [&] { return ++asked < 3; });
  ASSERT_FALSE(second);
  EXPECT_EQ(asked, 3);
  EXPECT_NE(second.errors().front().message.find("another run"), std::string::npos);
}

TEST_F(DatabaseTest, ADeadRunLocksNobodyOut) {
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = RunLock::take(file_, [] { return false; });
    _exit(lock ? 0 : 1);  // without any destructor
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(RunLock::take(file_, [] { return false; }));
}

}  // namespace
}  // namespace ktriage

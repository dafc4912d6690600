#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "bisect/child_process.h"
#include "bisect/journal.h"
#include "bisect/state_directory.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

class InTemporaryDirectory : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "ktriage-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  void TearDown() override { fs::remove_all(path_); }
  fs::path path_;
};

using ChildProcess = InTemporaryDirectory;
using JournalTest = InTemporaryDirectory;

TEST_F(ChildProcess, TimeoutEndsEveryDescendantEvenOutsideOfTheSession) {
  ProcessSpec spec;
  spec.arguments = shell("setsid sh -c 'sleep 2; touch survived' & sleep 60");
  spec.directory = path_;
  spec.timeout = Seconds(0.3);
  spec.grace = Seconds(0.1);
  spec.mark = path_.string() + ":0";
  const Cancellation never;
  EXPECT_EQ(run_process(spec, never, nullptr).kind, ProcessEnd::Kind::TimedOut);
  std::this_thread::sleep_for(std::chrono::milliseconds(2200));
  EXPECT_FALSE(fs::exists(path_ / "survived"));
}

TEST_F(ChildProcess, ExitStatusSignalAndWhatCannotStart) {
  const Cancellation never;
  ProcessSpec spec;
  spec.arguments = shell("exit 7");
  EXPECT_EQ(run_process(spec, never, nullptr).text(), "exit status 7");
  spec.arguments = shell("kill -9 $$");
  EXPECT_EQ(run_process(spec, never, nullptr).text(), "killed by signal 9");
  spec.arguments = {"/no/such/program"};
  EXPECT_EQ(run_process(spec, never, nullptr).kind, ProcessEnd::Kind::NotStarted);
}

TEST_F(JournalTest, EveryTornTailIsCutOffAndDamageInsideIsAnError) {
  const fs::path file = path_ / "journal";
  std::vector<nlohmann::ordered_json> entries;
  {
    auto journal = Journal::open(file, entries);
    ASSERT_TRUE(journal);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(journal->append({{"event", "x"}, {"i", i}}));
  }
  std::ifstream in(file);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (size_t size = 0; size <= whole.size(); ++size) {
    std::ofstream(file, std::ios::trunc) << whole.substr(0, size);
    entries.clear();
    ASSERT_TRUE(Journal::open(file, entries)) << size;
    const std::string kept = whole.substr(0, size);
    EXPECT_EQ(entries.size(), static_cast<size_t>(std::count(kept.begin(), kept.end(), '\n'))) << size;
  }
  std::string damaged = whole;
  damaged[20] ^= 1;
  std::ofstream(file, std::ios::trunc) << damaged;
  EXPECT_FALSE(Journal::open(file, entries));
}

TEST_F(JournalTest, AStateDirectoryIsUsedOnce) {
  const auto first = StateDirectory::open(path_ / "s");
  ASSERT_TRUE(first);
  EXPECT_FALSE(StateDirectory::open(path_ / "s"));
}

}  // namespace
}  // namespace ktriage

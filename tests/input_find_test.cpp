// What find_inputs() makes of trees, friendly and hostile.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "input/input.h"
#include "temporary_directory.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

FoundInputs find(const std::vector<std::string>& paths, const InputLimits& limits = {}) {
  return find_inputs(paths, limits);
}

/// The units' paths, relative to `root`.
Names names_of(const FoundInputs& found, const fs::path& root) {
  Names out;
  for (const InputUnit& unit : found.units) out.push_back(fs::path(unit.path).lexically_relative(root));
  return out;
}

Names problems_of(const FoundInputs& found, const fs::path& root) {
  Names out;
  for (const Diagnostic& problem : found.problems) {
    out.push_back(fs::path(problem.file).lexically_relative(root).string() + ": " + problem.message);
  }
  return out;
}

TEST(InputFind, SortsAndTellsSizes) {
  const TemporaryDirectory tree;
  for (const std::string name : {"b", "a/z", "a/b/c", "a.log", "é\xff\n"}) tree.write(name, name);
  const FoundInputs found = find({tree.path()});
  EXPECT_EQ(names_of(found, tree.path()), (Names{"a.log", "a/b/c", "a/z", "b", "é\xff\n"}));
  EXPECT_TRUE(found.problems.empty());
  EXPECT_EQ(found.units[1].size, 5U);
  struct stat status {};
  ASSERT_EQ(stat((tree.path() / "a/b/c").c_str(), &status), 0);
  EXPECT_EQ(found.units[1].mtime_ns / 1'000'000'000, status.st_mtim.tv_sec);
  EXPECT_EQ(found.units[1].shown, (tree.path() / "a/b/c").string());
}

TEST(InputFind, FindsEachFileOnceInAnyOrder) {
  const TemporaryDirectory tree;
  for (const std::string name : {"a/one", "a/two", "b"}) tree.write(name, name);
  const std::string root = tree.path();
  const Names expected = {"a/one", "a/two", "b"};
  EXPECT_EQ(names_of(find({root, root + "/a", root + "/a/one", root + "/./a/../b"}), root), expected);
  EXPECT_EQ(names_of(find({root + "/b", root + "/a/", root}), root), expected);
}

TEST(InputFind, FollowsLinksThatAreNamedOnly) {
  const TemporaryDirectory outside;
  outside.write("log", "x");
  const TemporaryDirectory tree;
  tree.write("inside", "x");
  tree.write("deep/er", "x");
  fs::create_symlink("inside", tree.path() / "to-inside");
  fs::create_symlink("..", tree.path() / "deep/cycle");
  fs::create_symlink("self", tree.path() / "self");
  fs::create_symlink("nothing", tree.path() / "dangling");
  fs::create_directory_symlink(outside.path(), tree.path() / "out");
  fs::create_symlink("/etc/passwd", tree.path() / "passwd");
  const FoundInputs found = find({tree.path()});
  EXPECT_EQ(names_of(found, tree.path()), (Names{"deep/er", "inside"}));
  const std::string reason = ": symbolic link out of the tree, or to nothing; not followed";
  EXPECT_EQ(problems_of(found, tree.path()),
            (Names{"dangling" + reason, "out" + reason, "passwd" + reason, "self" + reason}));
  const FoundInputs named = find({tree.path() / "out", tree.path() / "to-inside"});
  EXPECT_TRUE(named.problems.empty());
  ASSERT_EQ(named.units.size(), 2U);
  const std::string from_link = outside.path() / "log";
  EXPECT_TRUE(named.units[0].path == from_link || named.units[1].path == from_link);
}

TEST(InputFind, NotesWhatIsNoFile) {
  const TemporaryDirectory tree;
  tree.write("log", "x");
  ASSERT_EQ(mkfifo((tree.path() / "fifo").c_str(), 0600), 0);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = tree.path() / "socket";
  ASSERT_LT(name.size(), sizeof address.sun_path);
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(listener);
  const FoundInputs found = find({tree.path(), "/dev/zero", tree.path() / "missing"});
  EXPECT_EQ(names_of(found, tree.path()), Names{"log"});
  ASSERT_EQ(found.problems.size(), 4U);
  EXPECT_EQ(found.problems[0].message, "named pipe; not read");
  EXPECT_EQ(found.problems[1].message, "socket; not read");
  EXPECT_EQ(found.problems[2].message, "device; not read");
  EXPECT_EQ(found.problems[3].message, "cannot read: No such file or directory; is the name right?");
}

TEST(InputFind, NotesDirectoriesThatCannotBeRead) {
  const TemporaryDirectory tree;
  tree.write("closed/log", "x");
  tree.write("open/log", "x");
  fs::permissions(tree.path(), fs::perms::all);
  fs::permissions(tree.path() / "closed", fs::perms::none);
  // For root nothing is closed.
  const bool root = geteuid() == 0;
  ASSERT_TRUE(!root || seteuid(65534) == 0);
  const FoundInputs found = find({tree.path()});
  ASSERT_TRUE(!root || seteuid(0) == 0);
  EXPECT_EQ(names_of(found, tree.path()), Names{"open/log"});
  EXPECT_EQ(problems_of(found, tree.path()), Names{"closed: cannot read: Permission denied"});
  fs::permissions(tree.path() / "closed", fs::perms::all);
}

TEST(InputFind, StopsInTheDeep) {
  const TemporaryDirectory tree;
  std::string name;
  for (int i = 0; i < 12; ++i) name += "d/";
  tree.write(name + "log", "x");
  tree.write("d/log", "x");
  InputLimits limits;
  limits.directory_depth = 10;
  const FoundInputs found = find({tree.path()}, limits);
  EXPECT_EQ(names_of(found, tree.path()), Names{"d/log"});
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_EQ(found.problems[0].message, "directories too deep; not read");
}

TEST(InputFind, KnowsSyzkallerCrashDirectories) {
  const TemporaryDirectory tree;
  const std::string crash = "workdir/crashes/0123456789abcdef0123456789abcdef01234567/";
  for (const std::string name : {"description", "log0", "report0", "tag0", "machineInfo0", "log1", "report2",
                                 "repro.prog", "repro.cprog", "repro.log", "repro.report", "repro0", "mine.txt"}) {
    tree.write(crash + name, name);
  }
  // Without a description the names mean nothing.
  tree.write("other/log0", "x");
  tree.write("other/report0", "x");
  const FoundInputs found = find({tree.path()});
  EXPECT_EQ(names_of(found, tree.path()), (Names{"other/log0", "other/report0", crash + "log0", crash + "log1",
                                                 crash + "mine.txt", crash + "report2"}));
  EXPECT_EQ(found.passed_over, 9U);
}

TEST(InputFind, FindsAHundredThousandFilesInTime) {
  const TemporaryDirectory tree;
  for (int directory = 0; directory < 100; ++directory) {
    const fs::path path = tree.path() / std::to_string(directory);
    fs::create_directory(path);
    for (int file = 0; file < 1000; ++file) std::ofstream(path / ("log" + std::to_string(file)));
  }
  const auto start = std::chrono::steady_clock::now();
  const FoundInputs found = find({tree.path()});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(found.units.size(), 100'000U);
  RecordProperty("milliseconds", static_cast<int>(seconds.count() * 1000));
  std::cout << "found 100,000 files in " << seconds.count() << " s\n";
  EXPECT_LT(seconds.count(), 20) << "under a second on an idle machine; this bound is for sanitizers and busy ones";
}

}  // namespace
}  // namespace ktriage

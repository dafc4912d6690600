#include "parser/guilty_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "tests/score.h"

namespace ktriage::test {
namespace {

namespace fs = std::filesystem;

const Engine& engine() {
  static const Engine shared(load_default_pack());
  return shared;
}

struct Case {
  const char* what;
  const char* title;
  std::vector<std::string_view> lines;
  const char* file;
};

TEST(GuiltyFile, IsTheFirstThatIsNotGeneric) {
  const Case cases[] = {
      {"no position at all", "x", {"Call Trace:", " f+0x1/0x2"}, ""},
      {"a plain stack",
       "x",
       {" kfree+0x1/0x2 mm/slub.c:4100", " widget_close+0x1/0x2 drivers/misc/widget.c:12"},
       "drivers/misc/widget.c"},
      {"inlined functions count",
       "x",
       {" list_add include/linux/list.h:3 [inline]", " widget_add fs/widget.c:1 [inline]"},
       "fs/widget.c"},
      {"nothing but generic code: better the first than none",
       "x",
       {" a include/linux/a.h:1", " b lib/b.c:2"},
       "include/linux/a.h"},
      {"the deeper directory", "x", {" a fs/a.c:1", " b fs/ext4/b.c:2", " c fs/ext4/c.c:2"}, "fs/ext4/b.c"},
      {"not a sibling", "x", {" a fs/ext4/a.c:1", " b fs/xfs/libxfs/b.c:2"}, "fs/ext4/a.c"},
      {"a directory of the same beginning is none below", "x", {" a net/a.c:1", " b network/b/b.c:2"}, "net/a.c"},
      {"paths are made plain", "x", {" a drivers/gpu/../misc/a.c:1"}, "drivers/misc/a.c"},
      {"Rust", "x", {" a rust/kernel/a.rs:1", " b drivers/widget.rs:60:5"}, "drivers/widget.rs"},
      {"lines that tell of another time",
       "x",
       {"hardirqs last enabled at (12): [<ff>] a+0x1/0x2 fs/a.c:1", " b+0x1/0x2 net/b.c:2"},
       "net/b.c"},
      {"times and the like are no positions", "x", {"at 12:30:01 a.c: 3", " b+0x1/0x2 net/b.c:2"}, "net/b.c"},
      {"behind the timer interrupt that noticed a stall",
       "INFO: rcu detected stall in f",
       {" a+0x1/0x2 fs/a.c:1", " apic_timer_interrupt+0x1/0x2 x.S:1", " b+0x1/0x2 net/b.c:2"},
       "net/b.c"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(find_guilty_file(engine().pack().guilty_files, c.title, c.lines), c.file) << c.what;
  }
}

TEST(GuiltyFile, OfStacksThatWereSymbolizedLater) {
  std::vector<Stack> stacks(1);
  for (const char* file : {"mm/slub.c", "", "fs/widget.c"}) {
    Frame frame;
    frame.function = "f";
    frame.file = file;
    frame.line = 3;
    stacks[0].frames.push_back(frame);
  }
  EXPECT_EQ(find_guilty_file(engine().pack().guilty_files, "x", stacks), "fs/widget.c");
}

/// One case of the peer: header lines, a blank line, a symbolized report.
void score_case(const fs::path& path, ScoreTable& scores) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  std::string all = text.str();
  std::erase(all, '\r');
  const size_t blank = all.find("\n\n");
  const std::string header = "\n" + all.substr(0, blank) + "\n";
  const size_t key = header.find("\nFILE:");
  ASSERT_NE(key, std::string::npos) << path;
  std::string file = header.substr(key + 6, header.find('\n', key + 1) - key - 6);
  file.erase(0, file.find_first_not_of(' '));
  const auto crashes = parse_log(engine(), std::string_view(all).substr(blank + 2));
  scores.add("guilty file", path.filename().string(), file, crashes.empty() ? "" : crashes.front().guilty_file);
}

TEST(PeerSuite, GuiltyFilesAreThePeers) {
  const char* root = std::getenv("KTRIAGE_PEER_SUITE");
  if (root == nullptr) GTEST_SKIP() << "SKIPPED LOUDLY: set KTRIAGE_PEER_SUITE to the folder that holds linux/guilty";
  ScoreTable scores;
  for (const char* folder : {"guilty", "guilty_raw"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(root) / "linux" / folder))
      score_case(entry.path(), scores);
  }
  scores.print();
  EXPECT_GE(scores.share("guilty file"), 0.97);
}

}  // namespace
}  // namespace ktriage::test

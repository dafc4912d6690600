// What goes wrong: tools that die, files that are broken. Always a message, never a wrong line, and the log comes out.

#include <gtest/gtest.h>

#include <chrono>

#include "symbolizer/addr2line_tool.h"
#include "symbolizer/backend_choice.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

namespace fs = std::filesystem;

/// A shell script in the place of addr2line.
class FakeTool {
 public:
  explicit FakeTool(std::string_view body) {
    write_file(path(), "#!/bin/sh\nif [ \"$1\" = --version ]; then echo GNU addr2line; exit; fi\n" + std::string(body));
    fs::permissions(path(), fs::perms::owner_all);
  }
  std::string path() const { return directory_ / "addr2line"; }
  std::string operator/(std::string_view name) const { return directory_ / name; }

 private:
  TemporaryDirectory directory_;
};

// Passes questions on to the real one, which the tests below disturb.
constexpr std::string_view kReal = "exec addr2line \"$@\"\n";

class Faults : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_KERNEL();
    const auto tool = identify_addr2line("addr2line");
    if (!tool || tool->kind != Addr2lineKind::Gnu) GTEST_SKIP() << "GNU addr2line is not installed";
  }

  std::unique_ptr<Symbolizer> open_with(const FakeTool& tool, std::chrono::milliseconds limit) {
    SymbolizerOptions options;
    options.backend = BackendKind::Addr2line;
    options.addr2line = tool.path();
    options.addr2line_limit = limit;
    return open_symbolizer("vmlinux", options, &warnings_);
  }

  /// Asks for each mark; counts the right answers, fails at a wrong one.
  int right_answers(Symbolizer& symbolizer) {
    int right = 0;
    for (const auto& [mark, file] : std::vector<std::pair<const char*, const char*>>{{"alpha_same", "fs/alpha.c"},
                                                                                     {"beta_same", "fs/beta.c"},
                                                                                     {"alpha_twin", "fs/alpha.c"},
                                                                                     {"beta_twin", "fs/beta.c"}}) {
      const uint64_t address = marked_address(symbolizer.vmlinux().file(), mark);
      const auto resolution = symbolizer.resolve(address, CodeName::Kind::Exact);
      if (resolution.chains.empty()) continue;
      EXPECT_TRUE(resolution.chains[0].back().file.ends_with(file)) << to_text(resolution);
      EXPECT_EQ(resolution.chains[0].back().line, line_of(file, mark));
      ++right;
    }
    return right;
  }

  std::vector<std::string> warnings_;
};

TEST_F(Faults, AToolThatWorksIsNoFault) {
  const FakeTool tool(kReal);
  const auto symbolizer = open_with(tool, std::chrono::seconds(20));
  EXPECT_EQ(right_answers(*symbolizer), 4);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(Faults, AToolThatDiesInTheMiddleIsStartedAnew) {
  // Answers three questions (with their sentinels), then is gone; so is each that follows.
  const FakeTool tool("n=0\nwhile [ $n -lt 6 ] && read a; do echo \"$a\"; n=$((n + 1)); done | addr2line \"$@\"\n");
  const auto symbolizer = open_with(tool, std::chrono::seconds(20));
  EXPECT_EQ(right_answers(*symbolizer), 4);
  ASSERT_FALSE(warnings_.empty());
  EXPECT_NE(warnings_[0].find("started anew"), std::string::npos) << warnings_[0];
}

TEST_F(Faults, AToolThatHangsIsKilledAndStartedAnew) {
  // The first process hangs at once; a file remembers that it was there.
  const FakeTool tool("if mkdir \"$0.first\" 2>/dev/null; then exec sleep 1000; fi\n" + std::string(kReal));
  const auto start = std::chrono::steady_clock::now();
  const auto symbolizer = open_with(tool, std::chrono::milliseconds(700));
  EXPECT_EQ(right_answers(*symbolizer), 4);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  ASSERT_EQ(warnings_.size(), 1U);
}

TEST_F(Faults, AToolThatAlwaysHangsIsGivenUp) {
  const FakeTool tool("exec sleep 1000\n");
  const auto symbolizer = open_with(tool, std::chrono::milliseconds(50));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(right_answers(*symbolizer), 0);
  EXPECT_EQ(warnings_.size(), 2U);  // started anew, then: asked no more
}

TEST_F(Faults, AnswersAreNeverTakenForAnotherQuestions) {
  for (const char* body : {
           "while read a; do echo 0xffffffff81000000; echo f; echo fs/alpha.c:1; done\n",    // deaf
           "while read a; do echo $a; echo f; echo fs/alpha.c:1; echo g; done\n",            // half a frame too many
           "read a; while read b; do echo $a; echo f; echo fs/wrong.c:1; a=$b; done\n",      // one behind
           "while read a; do echo nonsense; done\n",                                         //
           "yes | tr -d '\\n'\n",                                                            // a line without end
           "exec cat /dev/zero\n",                                                           //
           "while read a; do echo $a; while :; do echo f; echo fs/wrong.c:1; done; done\n",  // an answer without end
       }) {
    const FakeTool tool(body);
    const auto symbolizer = open_with(tool, std::chrono::milliseconds(200));
    EXPECT_EQ(right_answers(*symbolizer), 0) << body;
    EXPECT_FALSE(warnings_.empty()) << body;
  }
}

TEST_F(Faults, AToolThatIsNotThereIsAnError) {
  SymbolizerOptions options;
  options.vmlinux = kernel_file("vmlinux");
  options.backend = BackendKind::Addr2line;
  options.addr2line = "/nowhere/addr2line";
  const auto symbolizer = Symbolizer::open(options);
  ASSERT_FALSE(symbolizer.ok());
  EXPECT_NE(symbolizer.errors().front().message.find("--addr2line"), std::string::npos);
}

/// What opening `path` as vmlinux complains about.
std::string complaint(const std::string& path) {
  SymbolizerOptions options;
  options.vmlinux = path;
  const auto symbolizer = Symbolizer::open(options);
  return symbolizer ? std::string() : symbolizer.errors().front().to_string();
}

TEST(BrokenFiles, AreNamedWithARemedy) {
  SKIP_WITHOUT_KERNEL();
  const TemporaryDirectory directory;
  const std::string whole = read_file(kernel_file("vmlinux"));
  const std::string path = directory / "vmlinux";
  const auto complaint_about = [&](std::string_view bytes) {
    write_file(path, bytes);
    return complaint(path);
  };
  EXPECT_NE(complaint(directory / "missing").find("No such file"), std::string::npos);
  EXPECT_NE(complaint(directory.path()).find("directory"), std::string::npos);
  EXPECT_NE(complaint_about("").find("no ELF file"), std::string::npos);
  EXPECT_NE(complaint_about("MZ this is a bzImage").find("bzImage"), std::string::npos);
  EXPECT_NE(complaint_about(whole.substr(0, 20)).find("truncated"), std::string::npos);
  EXPECT_NE(complaint_about(whole.substr(0, whole.size() / 2)).find("truncated"), std::string::npos);
  EXPECT_NE(complaint(kernel_file("vmlinux-no-debug")).find("no debug information"), std::string::npos);
  EXPECT_NE(complaint(kernel_file("vmlinux-stripped")).find("stripped"), std::string::npos);
  EXPECT_EQ(complaint(kernel_file("vmlinux")), "");
}

TEST(BrokenFiles, DamagedSectionsAreNamed) {
  SKIP_WITHOUT_KERNEL();
  const TemporaryDirectory directory;
  for (const char* form : {"vmlinux-zlib", "vmlinux-zstd"}) {
    auto file = ElfFile::open(kernel_file(form));
    const ElfSection* info = file->find_section(".debug_info");
    ASSERT_NE(info, nullptr);
    std::string bytes = read_file(kernel_file(form));
    const auto at = bytes.find(info->bytes);
    for (size_t i = 30; i < 60; ++i) bytes[at + i] = static_cast<char>(~bytes[at + i]);
    write_file(directory / form, bytes);
    const std::string text = complaint(directory / form);
    EXPECT_NE(text.find(".debug_info"), std::string::npos) << text;
    EXPECT_NE(text.find("damaged"), std::string::npos) << text;
  }
}

TEST(BrokenFiles, FlippedBytesDoNoHarm) {
  SKIP_WITHOUT_KERNEL();
  const std::string whole = read_file(kernel_file("vmlinux"));
  uint64_t random = 42;
  int readable = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 20; ++i) {
      random = random * 6364136223846793005 + 1442695040888963407;
      bytes[(random >> 20) % bytes.size()] = static_cast<char>(random >> 56);
    }
    auto file = ElfFile::parse(bytes, "damaged");
    if (!file) continue;
    auto binary = KernelBinary::open(std::move(file.value()), make_backend_factory({}));
    if (!binary) continue;
    for (uint64_t address = 0xffffffff81000000; address < 0xffffffff81000400; address += 7) {
      binary.value()->look_up(address, {});
    }
    ++readable;
  }
  EXPECT_GT(readable, 30) << "hardly any got as far as the decoder";
}

}  // namespace
}  // namespace ktriage::test

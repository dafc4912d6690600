// The cache on disk: never wrong, whatever happened to its files.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "symbolizer/dwarf_backend.h"
#include "symbolizer/index_cache.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kId = "0123456789abcdef";
constexpr uint64_t kSize = 4711;

std::unique_ptr<IndexCache> open_cache(const TemporaryDirectory& directory) {
  return IndexCache::open({directory.path(), kId, kSize});
}

const std::map<uint64_t, std::string_view> kUnits = {{16, "unit one"}, {32, "the second unit"}, {99, ""}};
const std::vector<UnitStretch> kStretches = {{0x1000, 0x2000, 16}, {0x2000, 0x2800, 32}};

TEST(Cache, KeepsWhatItWasGiven) {
  const TemporaryDirectory directory;
  EXPECT_FALSE(open_cache(directory)->find(16));
  ASSERT_TRUE(open_cache(directory)->save(kUnits, kStretches, true));
  const auto cache = open_cache(directory);
  for (const auto& [unit, bytes] : kUnits) EXPECT_EQ(cache->find(unit), bytes);
  EXPECT_FALSE(cache->find(17));
  ASSERT_EQ(cache->stretches().size(), 2U);
  EXPECT_EQ(cache->stretches()[1].unit, 32U);
  EXPECT_TRUE(cache->is_complete());
}

TEST(Cache, AddsToWhatOthersWrote) {
  const TemporaryDirectory directory;
  const auto early = open_cache(directory);
  ASSERT_TRUE(open_cache(directory)->save(kUnits, kStretches, false));
  ASSERT_TRUE(early->save({{64, "mine"}}, kStretches, false));
  const auto cache = open_cache(directory);
  EXPECT_EQ(cache->find(16), "unit one");
  EXPECT_EQ(cache->find(64), "mine");
}

TEST(Cache, OfAnotherBinaryIsNotTaken) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(open_cache(directory)->save(kUnits, kStretches, true));
  EXPECT_FALSE(IndexCache::open({directory.path(), kId, kSize + 1})->find(16));
  EXPECT_FALSE(IndexCache::open({directory.path(), "fedcba9876543210", kSize})->find(16));
  EXPECT_EQ(IndexCache::open({directory.path(), "", kSize}), nullptr);
  EXPECT_EQ(IndexCache::open({"", kId, kSize}), nullptr);
}

TEST(Cache, DamageIsNoticed) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(open_cache(directory)->save(kUnits, kStretches, true));
  const std::string path = open_cache(directory)->path();
  const std::string sound = read_file(path);
  const auto expect_right_or_nothing = [&](const std::string& what) {
    const auto cache = open_cache(directory);
    for (const auto& [unit, bytes] : kUnits) {
      const auto found = cache->find(unit);
      EXPECT_TRUE(!found || *found == bytes) << what;
    }
    EXPECT_TRUE(cache->stretches().empty() || cache->stretches()[0].high == 0x2000) << what;
  };
  for (size_t i = 0; i < sound.size(); ++i) {
    std::string damaged = sound;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    write_file(path, damaged);
    expect_right_or_nothing("byte " + std::to_string(i));
  }
  for (size_t size = 0; size < sound.size(); ++size) {
    write_file(path, sound.substr(0, size));
    expect_right_or_nothing("cut at " + std::to_string(size));
  }
  // A damaged file is no obstacle to a new one.
  ASSERT_TRUE(open_cache(directory)->save(kUnits, kStretches, true));
  EXPECT_EQ(open_cache(directory)->find(16), "unit one");
}

TEST(Cache, WritersAndReadersAtOnce) {
  const TemporaryDirectory directory;
  constexpr int kProcesses = 6;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      bool sound = true;
      for (int round = 0; round < 50; ++round) {
        const std::string own(1000, static_cast<char>('a' + i));
        open_cache(directory)->save({{static_cast<uint64_t>(i), own}, {100, "shared"}}, kStretches, false);
        const auto cache = open_cache(directory);
        const auto shared = cache->find(100);
        sound = sound && shared && *shared == "shared";
        for (int other = 0; other < kProcesses; ++other) {
          const auto found = cache->find(static_cast<uint64_t>(other));
          sound = sound && (!found || *found == std::string(1000, static_cast<char>('a' + other)));
        }
      }
      _exit(sound ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
}

TEST(Cache, WritersKilledInTheMiddleLeaveTheOldOne) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(open_cache(directory)->save({{100, "shared"}}, kStretches, false));
  for (int i = 0; i < 20; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      const std::string large(4 << 20, 'x');
      while (true) open_cache(directory)->save({{7, large}, {100, "shared"}}, kStretches, false);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3 + i));
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    const auto cache = open_cache(directory);
    ASSERT_EQ(cache->find(100), "shared") << "after " << i;
    const auto large = cache->find(7);
    ASSERT_TRUE(!large || *large == std::string(4 << 20, 'x'));
  }
  // What the killed ones left half-written goes when somebody writes again, once it is old enough to be nobody's.
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(2));
  }
  ASSERT_TRUE(open_cache(directory)->save({{100, "shared"}}, kStretches, false));
  const auto left = std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator());
  EXPECT_EQ(left, 1);
}

TEST(Cache, ADirectoryThatCannotBeWrittenIsNoError) {
  if (geteuid() == 0) {
    EXPECT_FALSE(IndexCache::open({"/proc/nowhere", kId, kSize})->save(kUnits, kStretches, true));
    return;  // root writes everywhere else
  }
  const TemporaryDirectory directory;
  ASSERT_EQ(chmod(directory.path().c_str(), 0500), 0);
  EXPECT_FALSE(open_cache(directory)->save(kUnits, kStretches, true));
}

TEST(Cache, GivesTheSameAnswersAsDecoding) {
  SKIP_WITHOUT_KERNEL();
  const TemporaryDirectory directory;
  SymbolizerOptions options;
  options.cache_directory = directory.path();
  for (const char* form : {"vmlinux", "vmlinux-zstd", "vmlinux-no-aranges"}) {
    std::string answers[3];
    for (auto& answer : answers) {
      const auto symbolizer = open_symbolizer(form, options);
      ASSERT_NE(symbolizer, nullptr);
      for (const char* mark : {"alpha_same", "beta_same", "in_innermost", "after_sink"}) {
        const uint64_t address = marked_address(symbolizer->vmlinux().file(), mark);
        answer += to_text(symbolizer->resolve(address, CodeName::Kind::Exact)) + "\n";
      }
    }
    EXPECT_NE(answers[0].find("innermost include/helper.h"), std::string::npos);
    EXPECT_EQ(answers[1], answers[0]);
    EXPECT_EQ(answers[2], answers[0]);
    // They share one build id; their sizes tell them apart. Lines and symbols have a file each.
    EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 2);
  }
}

/// All that a table says about a few names and addresses.
std::string told_by(const SymbolTable& table) {
  std::string out = std::to_string(table.size()) + " " + std::to_string(table.banner_address().value_or(0));
  for (const char* name : {"same_name", "twin", "start_kernel", "nowhere"}) {
    for (const auto& symbol : table.find(name)) {
      out += " " + std::string(symbol.name) + "@" + std::to_string(symbol.address) + "/" +
             std::to_string(symbol.distance) + "/" + std::to_string(symbol.size);
      const auto again = table.at(symbol.address + symbol.distance - 1);
      out += again ? "=" + std::string(again->name) : std::string("=none");
    }
  }
  return out;
}

TEST(Cache, KeepsSymbols) {
  SKIP_WITHOUT_KERNEL();
  const TemporaryDirectory directory;
  const auto file = ElfFile::open(kernel_file("vmlinux"));
  const std::string expected = told_by(SymbolTable(file.value()));
  EXPECT_NE(expected.find("same_name@"), std::string::npos);
  for (int round = 0; round < 2; ++round) EXPECT_EQ(told_by(SymbolTable(file.value(), directory.path())), expected);
  const CacheKey key{directory.path(), file->build_id(), file->file_size()};
  ASSERT_TRUE(SymbolCache::load(key)) << "nothing was kept";
  EXPECT_FALSE(SymbolCache::load({key.directory, key.build_id, key.file_size + 1}));
  EXPECT_FALSE(SymbolCache::load({key.directory, "0123456789", key.file_size}));

  // Damage is noticed, and made good.
  const std::string path = key.path("symbols");
  const std::string sound = read_file(path);
  for (size_t i = 0; i < sound.size(); i += 7) {
    std::string damaged = sound;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    write_file(path, damaged);
    EXPECT_FALSE(SymbolCache::load(key)) << "byte " << i;
    write_file(path, sound.substr(0, i));
    EXPECT_FALSE(SymbolCache::load(key)) << "cut at " << i;
  }
  EXPECT_EQ(told_by(SymbolTable(file.value(), directory.path())), expected);
  EXPECT_EQ(read_file(path), sound);
  EXPECT_EQ(told_by(SymbolTable(file.value(), "/proc/nowhere")), expected);
}

TEST(Cache, HoldsTheWholeIndexAfterDecodingAll) {
  SKIP_WITHOUT_KERNEL();
  const TemporaryDirectory directory;
  const auto file = ElfFile::open(kernel_file("vmlinux"));
  for (const unsigned jobs : {1U, 3U}) {
    auto backend = DwarfBackend::open(file.value(), IndexCache::open({directory.path(), kId, jobs}));
    ASSERT_TRUE(backend.ok());
    backend.value()->prepare(jobs);
  }
  const auto one = IndexCache::open({directory.path(), kId, 3});
  EXPECT_EQ(one->stretches().empty(), false);
  for (const auto& stretch : one->stretches()) EXPECT_TRUE(one->find(stretch.unit)) << stretch.unit;
}

}  // namespace
}  // namespace ktriage::test

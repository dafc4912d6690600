// Archives, sound and hostile, and what is compressed.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "input_recorder.h"
#include "made_archive.h"
#include "temporary_directory.h"
#include "tiny_members.h"

namespace ktriage {
namespace {

using Names = std::vector<std::string>;

const std::string kLog = "[    1.000000] BUG: unable to handle page fault for address: ffff888000000000\n";

/// As many bytes of console as asked, which do not compress to nothing.
std::string long_log(size_t bytes) {
  std::string out;
  uint64_t noise = 1;
  while (out.size() < bytes) {
    noise = noise * 6364136223846793005U + 1442695040888963407U;
    out += "[   12.345678] line " + std::to_string(noise) + "\n";
  }
  return out;
}

struct Kind {
  std::string name, format, filter;
};

const std::vector<Kind> kKinds = {{"tar", "pax", ""},         {"gnutar", "gnutar", ""},    {"v7tar", "v7tar", ""},
                                  {"ustar", "ustar", ""},     {"tar.gz", "pax", "gzip"},   {"tar.xz", "pax", "xz"},
                                  {"tar.zst", "pax", "zstd"}, {"tar.bz2", "pax", "bzip2"}, {"zip", "zip", ""},
                                  {"7z", "7zip", ""},         {"cpio", "newc", ""},        {"odc", "odc", ""},
                                  {"cpio.gz", "newc", "gzip"}};

TEST(InputArchive, ReadsEachKind) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const std::string large = long_log(300'000);
    const InputRecorder got = read_bytes_as_file(make_archive(
        kind.format, {{"dir/", "", 0040000}, {"dir/a.log", kLog}, {"b", large}, {"empty", ""}}, kind.filter));
    EXPECT_EQ(got.members(), (kind.name == "7z" ? Names{"dir/a.log", "b", "empty"} : Names{"dir/a.log", "b", "empty"}));
    EXPECT_TRUE(got.damages.empty()) << got.damages[0].second;
    ASSERT_GE(got.logs.size(), 2U);
    EXPECT_EQ(got.logs[0].text, kLog);
    EXPECT_EQ(got.logs[0].time_s, 1'700'000'000);
    EXPECT_EQ(got.logs[1].text, large);
  }
}

TEST(InputArchive, ReadsCompressedLogs) {
  const std::string log = long_log(3'000'000);
  for (const std::string filter : {"gzip", "xz", "zstd", "bzip2"}) {
    SCOPED_TRACE(filter);
    const auto got = read_bytes_as_file(compress(log, filter));
    EXPECT_EQ(got.only().text, log);
    EXPECT_EQ(got.only().member, "");
    EXPECT_TRUE(got.damages.empty());
    EXPECT_EQ(read_bytes_as_file(make_archive("zip", {{"a.log.x", compress(log, filter)}})).only().text, log);
  }
}

TEST(InputArchive, ReadsArchivesInArchivesOnce) {
  for (const Kind& outer : kKinds) {
    for (const Kind& inner : kKinds) {
      SCOPED_TRACE(outer.name + " with " + inner.name);
      const std::string deepest = make_archive("pax", {{"deep", kLog}});
      const std::string nested = make_archive(inner.format, {{"in.log", kLog}, {"deepest.tar", deepest}}, inner.filter);
      const auto got = read_bytes_as_file(
          make_archive(outer.format, {{"before.log", kLog}, {"nested", nested}, {"after.log", kLog}}, outer.filter));
      EXPECT_EQ(got.members(), (Names{"before.log", "nested/in.log", "after.log"}));
      EXPECT_EQ(got.passed, Names{"nested/deepest.tar"});
      EXPECT_TRUE(got.damages.empty()) << got.damages[0].second;
    }
  }
}

TEST(InputArchive, TakesNamesAsNamesOnly) {
  const TemporaryDirectory directory;
  const Names names = {"../../escape.log",      "/etc/absolute.log", "a/../../b.log",
                       "new\nline\x1b[31m.log", "bad\xff\xfe.log",   "<script>alert(1)</script>"};
  for (const Kind& kind : {kKinds[1], kKinds[8], kKinds[10]}) {
    SCOPED_TRACE(kind.name);
    std::vector<MadeMember> members;
    for (const std::string& name : names) members.push_back({name, kLog});
    const auto got = read_path(directory.write("in/archive", make_archive(kind.format, members)));
    EXPECT_EQ(got.members(), names);
    for (const auto& log : got.logs) EXPECT_EQ(log.text, kLog);
  }
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path()))
    files += entry.is_regular_file();
  EXPECT_EQ(files, 1U) << "something was unpacked";
}

// Reproducible archives carry 1970, zips without times 1980.
TEST(InputArchive, BelievesNoTimeBeforeLinux) {
  for (const time_t none : {0, 315'532'800}) {
    const auto got = read_bytes_as_file(make_archive("pax", {{"log", kLog, 0100000, "", "", none}}));
    EXPECT_EQ(got.only().time_s, std::nullopt) << none;
  }
}

TEST(InputArchive, CutsEndlessNames) {
  InputLimits limits;
  limits.name_bytes = 50;
  const auto got = read_bytes_as_file(make_archive("pax", {{std::string(3000, 'n'), kLog}}), limits);
  EXPECT_EQ(got.only().member, std::string(50, 'n'));
}

TEST(InputArchive, KnowsTheFilesOfASyzkallerWorkdir) {
  const std::string crash = "workdir/crashes/0123456789abcdef0123456789abcdef01234567/";
  const InputRecorder got = read_bytes_as_file(make_archive("pax", {{crash + "description", kLog},
                                                                    {crash + "log0", kLog},
                                                                    {crash + "machineInfo0", kLog},
                                                                    {crash + "repro.prog", kLog},
                                                                    {crash + "report0", kLog},
                                                                    {crash + "report1", kLog},
                                                                    {"other/description", kLog}}));
  EXPECT_EQ(got.members(), (Names{crash + "log0", crash + "report1", "other/description"}));
}

TEST(InputArchive, PassesOverLinksAndDevices) {
  const auto got = read_bytes_as_file(make_archive("gnutar", {{"target", kLog},
                                                              {"soft", "", 0120000, "/etc/passwd"},
                                                              {"hard", "", 0100000, "", "target"},
                                                              {"char", "", 0020000},
                                                              {"block", "", 0060000},
                                                              {"fifo", "", 0010000},
                                                              {"after", kLog}}));
  EXPECT_EQ(got.members(), (Names{"target", "after"}));
  EXPECT_EQ(got.passed, (Names{"soft", "hard", "char", "block", "fifo"}));
  EXPECT_TRUE(got.damages.empty());
}

TEST(InputArchive, PassesOverBinaryMembersOfAnySize) {
  std::string binary = long_log(5'000'000);
  binary.replace(0, 4,
                 "\x7f"
                 "ELF");
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    const auto got = read_bytes_as_file(make_archive(kind.format, {{"vmlinux", binary}, {"log", kLog}}, kind.filter));
    EXPECT_EQ(got.passed, Names{"vmlinux"});
    EXPECT_EQ(got.only().text, kLog);
    EXPECT_TRUE(got.damages.empty());
  }
}

// What was there is read, the rest is named as damaged, wherever the archive is cut.
TEST(InputArchive, ReadsWhatATruncatedArchiveHas) {
  for (const Kind& kind : kKinds) {
    const std::string whole =
        make_archive(kind.format, {{"first", kLog}, {"second", long_log(400'000)}, {"third", kLog}}, kind.filter);
    const std::string second = long_log(400'000);
    for (const size_t part : {1, 3, 5, 7}) {
      SCOPED_TRACE(kind.name + " cut to " + std::to_string(part) + "/8");
      const auto got = read_bytes_as_file(std::string_view(whole).substr(0, whole.size() * part / 8));
      EXPECT_FALSE(got.damages.empty());
      for (const auto& log : got.logs) {
        EXPECT_TRUE(log.ended);
        EXPECT_EQ(log.text, (log.member == "first" ? kLog : second).substr(0, log.text.size())) << log.member;
      }
      // 7z has its index at its end: nothing of it can be had.
      if (kind.format == "7zip" || kind.filter == "bzip2" || kind.filter == "xz" || kind.filter == "zstd") continue;
      EXPECT_EQ(got.members(), (Names{"first", "second"}));
    }
  }
}

TEST(InputArchive, ReadsWhatATruncatedLogHas) {
  const std::string log = long_log(3'000'000);
  for (const std::string filter : {"gzip", "xz", "zstd", "bzip2"}) {
    SCOPED_TRACE(filter);
    const std::string whole = compress(log, filter);
    const auto got = read_bytes_as_file(std::string_view(whole).substr(0, whole.size() / 2));
    ASSERT_EQ(got.damages.size(), 1U);
    EXPECT_EQ(got.damages[0].first, "");
    const std::string text = got.only().text;
    EXPECT_EQ(text, log.substr(0, text.size()));
    EXPECT_LT(text.size(), log.size());
  }
}

TEST(InputArchive, SurvivesAnyDamage) {
  uint64_t random = 7;
  for (const Kind& kind : kKinds) {
    const std::string whole = make_archive(kind.format, {{"a", kLog}, {"b", long_log(5000)}, {"c", kLog}}, kind.filter);
    for (int round = 0; round < 40; ++round) {
      std::string broken = whole;
      for (int flip = 0; flip < 4; ++flip) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        broken[(random >> 33) % broken.size()] = static_cast<char>(random >> 20);
      }
      const auto got = read_bytes_as_file(broken);
      for (const auto& log : got.logs) EXPECT_TRUE(log.ended) << kind.name;
    }
  }
}

struct Bomb {
  std::string name, data;
};

std::vector<Bomb> bombs(const std::string& text) {
  return {{"gz", compress(text, "gzip")},
          {"xz", compress(text, "xz")},
          {"zst", compress(text, "zstd")},
          {"bz2", compress(text, "bzip2")},
          {"tar.xz", make_archive("pax", {{"bomb", text}}, "xz")},
          {"zip", make_archive("zip", {{"bomb", text}})},
          {"7z", make_archive("7zip", {{"bomb", text}})},
          {"zip in zip", make_archive("zip", {{"in.zip", make_archive("zip", {{"bomb", text}})}})},
          {"xz in tar.gz", make_archive("pax", {{"bomb.xz", compress(text, "xz")}}, "gzip")}};
}

// A beginning that looks like a console, so that it is read at all.
TEST(InputArchive, RefusesBombsInWords) {
  InputLimits limits;
  limits.ratio_from_bytes = 1 << 20;
  limits.ratio = 100;
  const std::string text = long_log(20'000) + std::string(30 << 20, 'A');
  for (const Bomb& bomb : bombs(text)) {
    SCOPED_TRACE(bomb.name);
    const auto got = read_bytes_as_file(bomb.data, limits);
    ASSERT_FALSE(got.damages.empty());
    EXPECT_EQ(got.damages[0].second,
              "unpacks to more than 100 times its size, as a decompression bomb does; the rest is not read");
    EXPECT_LT(got.total_bytes, text.size());
    EXPECT_GT(got.total_bytes, 0U) << "what comes before the limit counts";
  }
}

TEST(InputArchive, RefusesBombsThatArePassedOver) {
  InputLimits limits;
  limits.unpacked_bytes = 1 << 20;
  const std::string zeros(8 << 20, '\0');
  for (const auto& [name, data] :
       std::vector<Bomb>{{"tar.gz", make_archive("pax", {{"zeros", zeros}, {"log", kLog}}, "gzip")},
                         {"7z", make_archive("7zip", {{"zeros", zeros}, {"log", kLog}})}}) {
    SCOPED_TRACE(name);
    const auto got = read_bytes_as_file(data, limits);
    EXPECT_TRUE(got.logs.empty());
    ASSERT_EQ(got.damages.size(), 1U);
    EXPECT_EQ(got.damages[0].second, "unpacks to more than 1048576 bytes; the rest is not read");
  }
}

TEST(InputArchive, CutsLogsAtTheirLimit) {
  InputLimits limits;
  limits.log_bytes = 100'000;
  const auto got =
      read_bytes_as_file(make_archive("pax", {{"long", long_log(2'000'000)}, {"short", kLog}}, "gzip"), limits);
  EXPECT_EQ(got.members(), (Names{"long", "short"}));
  EXPECT_LE(got.logs[0].text.size(), 100'000U);
  EXPECT_EQ(got.logs[1].text, kLog);
  ASSERT_EQ(got.damages.size(), 1U);
  EXPECT_EQ(got.damages[0].first, "long");
}

TEST(InputArchive, BoundsTheNumberOfMembers) {
  InputLimits limits;
  limits.members = 10;
  const std::vector<MadeMember> members(25, {"log", kLog});
  const auto got = read_bytes_as_file(make_archive("zip", members), limits);
  EXPECT_EQ(got.logs.size(), 10U);
  ASSERT_EQ(got.damages.size(), 1U);
  EXPECT_EQ(got.damages[0].second, "has more than 10 members; the rest is not read");
}

// The sizes in a zip's headers are what its maker wrote there.
TEST(InputArchive, DoesNotBelieveSizes) {
  const std::string sound = make_archive("zip", {{"a", long_log(5000)}, {"b", kLog}});
  for (const size_t header : {sound.find("PK\x01\x02"), sound.find("PK\x07\x08")}) {
    ASSERT_NE(header, std::string::npos);
    for (const uint32_t lie : {0U, 1U, 0x7fffffffU, 0xfffffffeU}) {
      std::string lying = sound;
      const size_t at = header + (lying[header + 2] == 1 ? 24 : 12);  // the uncompressed size
      for (size_t i = 0; i < 4; ++i) lying[at + i] = static_cast<char>(lie >> (8 * i));
      const auto got = read_bytes_as_file(lying);
      for (const auto& log : got.logs) EXPECT_LE(log.text.size(), long_log(5000).size());
    }
  }
}

TEST(InputArchive, ReadsManyTinyMembers) { expect_tiny_members_read(20'000); }

TEST(InputArchive, StopsWhenAskedTo) {
  const TemporaryDirectory directory;
  const std::string path =
      directory.write("a.tar.gz", make_archive("pax", std::vector<MadeMember>(100, {"log", kLog}), "gzip"));
  const FoundInputs found = find_inputs(std::vector{path}, {});
  ASSERT_EQ(found.units.size(), 1U);
  InputRecorder sink;
  sink.stop_after = 30;
  const Interrupt interrupt;
  const auto end = read_input(found.units[0], {}, interrupt, sink);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end.value(), ReadEnd::Interrupted);
  EXPECT_LT(sink.logs.size(), 31U);
}

TEST(InputContent, ErrsToReading) {
  const std::string printk = "[    1.234567] something\n";
  const std::vector<std::pair<std::string, std::string>> logs = {
      {"empty", ""},
      {"plain", "hello\n"},
      {"NULs before a console", std::string(9000, '\0') + printk},
      {"a serial line's rubbish", "\x80\xff\xfe\x90\xaa\xf0\x0f\x0e" + printk},
      {"colours", "\x1b[0;32m  OK  \x1b[0m Started\r\n"},
      {"Russian", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 " + printk},
      {"BZh, but text", "BZh9 is a magic\n"},
      {"PK, but text", "PK is a word\n"},
      {"a number as cpio has",
       "070701 is no cpio archive, it goes on quite differently, for more than a hundred bytes in all, as this\n"},
      {"JSON, but no journal", "{\"a\": 1}\n"}};
  for (const auto& [name, text] : logs) {
    EXPECT_EQ(read_bytes_as_file(text).only().text, text) << name;
  }
  std::string noise;
  for (uint64_t i = 1; noise.size() < 20'000; ++i) noise += static_cast<char>((i * 6364136223846793005U) >> 56);
  const std::vector<std::pair<std::string, std::string>> binaries = {{"NULs", std::string(100'000, '\0')},
                                                                     {"noise", noise},
                                                                     {"ELF", std::string("\x7f"
                                                                                         "ELF\2\1\1\0",
                                                                                         8) +
                                                                                 printk},
                                                                     {"PNG", "\x89PNG\r\n\x1a\n" + noise},
                                                                     {"gz of noise", compress(noise, "gzip")}};
  for (const auto& [name, text] : binaries) {
    const auto got = read_bytes_as_file(text);
    EXPECT_TRUE(got.logs.empty()) << name;
    EXPECT_EQ(got.passed, Names{""}) << name;
    EXPECT_TRUE(got.damages.empty()) << name;
  }
}

}  // namespace
}  // namespace ktriage

// Where logs come from: compressed files, pipes, broken ones.

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "input/compression.h"
#include "tests/cli_process.h"
#include "tests/cli_samples.h"

namespace ktriage::test {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Writes `bytes` compressed by libarchive's filter `filter`.
std::string compress(const std::string& file, int filter, std::string_view bytes) {
  archive* out = archive_write_new();
  EXPECT_EQ(archive_write_add_filter(out, filter), ARCHIVE_OK);
  archive_write_set_format_raw(out);
  EXPECT_EQ(archive_write_open_filename(out, file.c_str()), ARCHIVE_OK);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  EXPECT_EQ(archive_write_header(out, entry), ARCHIVE_OK);
  EXPECT_EQ(archive_write_data(out, bytes.data(), bytes.size()), static_cast<la_ssize_t>(bytes.size()));
  archive_entry_free(entry);
  EXPECT_EQ(archive_write_free(out), ARCHIVE_OK);
  return file;
}

std::string read_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Text that does not compress away.
std::string chatter(size_t bytes) {
  std::string out;
  uint32_t state = 1;
  while (out.size() < bytes) {
    state = state * 1664525 + 1013904223;
    out += "[   13.000000][    T9] chatter " + std::to_string(state) + "\n";
  }
  return out;
}

constexpr std::pair<const char*, int> kFilters[] = {{"log.gz", ARCHIVE_FILTER_GZIP},
                                                    {"log.xz", ARCHIVE_FILTER_XZ},
                                                    {"log.zst", ARCHIVE_FILTER_ZSTD},
                                                    {"log.bz2", ARCHIVE_FILTER_BZIP2}};

TEST(Input, CompressedLogsGiveTheSameCrashes) {
  const TemporaryDirectory directory;
  const std::string log = clean_log() + fault_log() + chatter(300'000) + warning_log();
  const std::string expected = run_ktriage({"parse", "--json", "--all", "-"}, log).out;
  ASSERT_TRUE(contains(expected, "gadget_put"));
  for (const auto& [name, filter] : kFilters) {
    const std::string file = compress(directory.name(name), filter, log);
    EXPECT_EQ(run_ktriage({"parse", "--json", "--all", "-"}, read_file(file)).out, expected) << name << " by pipe";
    const Ran ran = run_ktriage({"parse", "--all", file});
    EXPECT_EQ(ran.exit, 1) << name << ran.err;
    EXPECT_TRUE(contains(ran.out, "gadget_put")) << name;
  }
}

TEST(Input, MembersInARowAndEmptyOnes) {
  const TemporaryDirectory directory;
  const std::string first = read_file(compress(directory.name("1.gz"), ARCHIVE_FILTER_GZIP, fault_log()));
  const std::string second = read_file(compress(directory.name("2.gz"), ARCHIVE_FILTER_GZIP, warning_log()));
  const std::string empty = compress(directory.name("0.gz"), ARCHIVE_FILTER_GZIP, "");
  EXPECT_TRUE(contains(run_ktriage({"parse", "--all"}, first + second).out, "gadget_put"));
  EXPECT_EQ(run_ktriage({"parse", empty}).exit, 0);
}

TEST(Input, WhatPrecedesDamageIsParsed) {
  const TemporaryDirectory directory;
  const std::string log = fault_log() + chatter(1'000'000);
  for (const auto& [name, filter] : kFilters) {
    // bzip2's blocks are of 900 kB, decoded as a whole.
    if (filter == ARCHIVE_FILTER_BZIP2) continue;
    const std::string whole = read_file(compress(directory.name(name), filter, log));
    const auto torn = directory.write("torn", std::string_view(whole).substr(0, whole.size() / 2));
    const auto clean = directory.write("clean.log", clean_log());
    const Ran ran = run_ktriage({"parse", torn, clean});
    EXPECT_EQ(ran.exit, 3) << name;
    EXPECT_TRUE(contains(ran.out, "widget_poll")) << name;
    EXPECT_TRUE(contains(ran.err, torn + ": damaged compressed data")) << ran.err;
    EXPECT_TRUE(contains(ran.err, "2 logs: 1 with crashes, 1 without, 1 not read to the end")) << ran.err;
  }
}

#ifdef KTRIAGE_HAVE_ZLIB
TEST(Input, OfDamagedGzipNothingThatCanBeReadIsLost) {
  const TemporaryDirectory directory;
  const std::string log = fault_log() + chatter(10'000);
  const std::string whole = read_file(compress(directory.name("log.gz"), ARCHIVE_FILTER_GZIP, log));
  for (const size_t left : {whole.size() / 2, whole.size() - 4}) {
    const Ran ran = run_ktriage({"parse"}, whole.substr(0, left));
    EXPECT_EQ(ran.exit, 3) << left;
    EXPECT_TRUE(contains(ran.out, "widget_poll")) << left;
    EXPECT_TRUE(contains(ran.err, "standard input: damaged compressed data")) << ran.err;
  }
  std::string flipped = whole;
  flipped[flipped.size() - 6] ^= 1;  // in the checksum, so that every decoder can read the data
  EXPECT_EQ(run_ktriage({"parse"}, flipped).exit, 3);
  EXPECT_EQ(run_ktriage({"parse"}, whole + std::string(512, '\0')).exit, 1) << "padding is no damage";
  EXPECT_EQ(run_ktriage({"parse"}, whole + "rubbish\x1f\x8b").exit, 1);
}
#endif

TEST(Input, NothingButAMagicIsDamage) {
  const Ran ran = run_ktriage({"parse"}, "\x1f\x8b\x08zz");
  EXPECT_EQ(ran.exit, 3);
  EXPECT_TRUE(contains(ran.err, "damaged compressed data"));
}

TEST(Input, ABombJustStreams) {
  constexpr size_t kBombBytes = 200'000'000;
  const TemporaryDirectory directory;
  const std::string bomb = compress(directory.name("bomb.zst"), ARCHIVE_FILTER_ZSTD,
                                    std::string(kBombBytes, '\n'));  // NOLINT(bugprone-string-constructor): a bomb
  EXPECT_EQ(run_ktriage({"parse", bomb}).exit, 0);
}

TEST(Input, NamedPipesAndPiecesOfAnySize) {
  const TemporaryDirectory directory;
  const std::string pipe = directory.name("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  Process reader({"parse", "--json", pipe});
  std::ofstream(pipe) << fault_log();
  EXPECT_TRUE(contains(reader.finish().out, "widget_poll"));

  Process process({"parse"});
  for (const char c : fault_log()) process.write(std::string_view(&c, 1));
  EXPECT_EQ(process.finish().out, run_ktriage({"parse"}, fault_log()).out);
}

TEST(Compression, IsToldByTheFirstBytes) {
  using namespace std::string_view_literals;
  EXPECT_EQ(detect_compression("\x1f\x8b\x08\0"sv), Compression::Gzip);
  EXPECT_EQ(detect_compression("\xfd\x37zXZ\0\0\4"sv), Compression::Xz);
  EXPECT_EQ(detect_compression("\x28\xb5\x2f\xfd"sv), Compression::Zstd);
  EXPECT_EQ(detect_compression("BZh9\x31\x41\x59\x26\x53\x59"sv), Compression::Bzip2);
  for (const auto text :
       {""sv, "\x1f"sv, "\x1f\x8b"sv, "BZh9 is a version"sv, "BZh"sv, "[    0.000000] Linux"sv, "xz"sv}) {
    EXPECT_EQ(detect_compression(text), Compression::None) << text;
  }
}

}  // namespace
}  // namespace ktriage::test

// Formats as golden directories: what of each directory in tests/input/ is read, and how, stands in the file of its
// name with .expected. KTRIAGE_REWRITE=1 writes these anew; read the difference.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "input/input.h"
#include "input_recorder.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

const fs::path kDirectory = fs::path(KTRIAGE_SOURCE_DIR) / "tests/input";

std::string printable(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || (byte >= 0x20 && byte < 0x7f)) {
      out += c;
    } else {
      out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  return out;
}

/// Times of files are those of a checkout: only others are shown.
std::string render(const InputRecorder::Log& log, const InputUnit& unit) {
  std::string out = "-- " + log.member;
  const bool of_file = unit.format == InputUnit::Format::Pstore || log.time_s == unit.mtime_ns / 1'000'000'000;
  if (log.time_s && !of_file) out += " | time " + std::to_string(*log.time_s);
  if (log.count != 1) out += " | count " + std::to_string(log.count);
  return out + "\n" + printable(log.text);
}

std::string read_all(const fs::path& directory) {
  std::string out;
  const FoundInputs found = find_inputs(std::vector{directory.string()}, {});
  const Interrupt interrupt;
  for (const InputUnit& unit : found.units) {
    out += "== " + fs::path(unit.path).lexically_relative(directory).string() + "\n";
    InputRecorder got;
    EXPECT_TRUE(read_input(unit, {}, interrupt, got).ok());
    for (const auto& log : got.logs) out += render(log, unit);
    for (const auto& [member, reason] : got.damages) out += "-- damaged: " + member + ": " + reason + "\n";
    for (const std::string& member : got.passed) out += "-- passed over: " + member + "\n";
  }
  for (const Diagnostic& problem : found.problems) out += "== problem: " + problem.message + "\n";
  return out + "== passed over by their place: " + std::to_string(found.passed_over) + "\n";
}

TEST(InputFormats, AreReadAsExpected) {
  size_t directories = 0;
  for (const auto& entry : fs::directory_iterator(kDirectory)) {
    if (!entry.is_directory()) continue;
    ++directories;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string expected_name = entry.path().string() + ".expected";
    const std::string got = read_all(entry.path());
    if (std::getenv("KTRIAGE_REWRITE") != nullptr) std::ofstream(expected_name) << got;
    std::stringstream expected;
    expected << std::ifstream(expected_name).rdbuf();
    EXPECT_EQ(got, expected.str());
  }
  EXPECT_GT(directories, 5U);
}

// With room for nothing, boots that come mixed end early; nothing is lost.
TEST(InputFormats, KeepsEachLineOfMixedBoots) {
  std::string journal;
  for (int line = 0; line < 100; ++line) {
    journal += "__REALTIME_TIMESTAMP=1700000000000000\n_BOOT_ID=" + std::to_string(line % 3) +
               "\n_TRANSPORT=kernel\nMESSAGE=line " + std::to_string(line) + "\n\n";
  }
  for (const size_t held : {size_t{0}, size_t{9000}, size_t{1 << 20}}) {
    InputLimits limits;
    limits.held_bytes = held;
    const InputRecorder got = read_bytes_as_file(journal, limits);
    std::string all;
    for (const auto& log : got.logs) all += log.text;
    for (int line = 0; line < 100; ++line) {
      EXPECT_NE(all.find("line " + std::to_string(line) + "\n"), std::string::npos) << line << " with " << held;
    }
    EXPECT_EQ(got.logs.size() == 3, held == 1 << 20);
  }
}

}  // namespace
}  // namespace ktriage

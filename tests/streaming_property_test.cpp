// Properties that hold for every console (docs/architecture.md, "Invariants"), tried on all the consoles at hand: the
// rules' examples, the corpus and, where $KTRIAGE_PEER_SUITE says where it is, the peer's suite. Random choices come
// from a seed that is printed; $KTRIAGE_TEST_SEED repeats a run.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "tests/invariants.h"
#include "tests/sample_logs.h"

namespace ktriage::test {
namespace {

uint64_t seed() {
  static const uint64_t value = [] {
    const char* text = std::getenv("KTRIAGE_TEST_SEED");
    const uint64_t chosen = text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
    std::printf("seed: KTRIAGE_TEST_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    return chosen;
  }();
  return value;
}

const Engine& engine() {
  static const Engine instance(load_default_pack());
  return instance;
}

const std::vector<SampleLog>& samples() {
  static const std::vector<SampleLog> logs = all_sample_logs(engine().pack());
  return logs;
}

/// All samples behind one another in a random order: longer than the reader's blocks, and full of crashes.
std::string shuffled_log(uint64_t order) {
  std::vector<SampleLog> logs = samples();
  std::shuffle(logs.begin(), logs.end(), std::mt19937_64(order));
  std::string out;
  for (const auto& log : logs) out += log.text;
  return out;
}

TEST(Streaming, ByteByByteEqualsBatch) {
  for (const auto& log : samples()) {
    std::vector<size_t> cuts(log.text.size());
    for (size_t i = 0; i < cuts.size(); ++i) cuts[i] = i;
    EXPECT_EQ(streaming_breach(engine(), log.text, parse_log(engine(), log.text), cuts), "") << log.name;
  }
}

TEST(Streaming, RandomPiecesEqualBatch) {
  uint64_t round = seed();
  for (const auto& log : samples()) {
    const auto crashes = parse_log(engine(), log.text);
    for (const size_t count : {size_t{1}, size_t{3}, log.text.size() / 100}) {
      const auto cuts = random_cuts(log.text.size(), count, ++round);
      EXPECT_EQ(streaming_breach(engine(), log.text, crashes, cuts), "") << log.name << ", cuts of seed " << round;
    }
  }
}

TEST(Streaming, LongLogsInPiecesEqualBatch) {
  for (uint64_t round = seed(); round < seed() + 2; ++round) {
    const std::string log = shuffled_log(round);
    const auto crashes = parse_log(engine(), log);
    for (const size_t count : {size_t{2}, size_t{50}, log.size() / 1000}) {
      EXPECT_EQ(streaming_breach(engine(), log, crashes, random_cuts(log.size(), count, round + count)), "")
          << "seed " << round << ", " << count << " cuts";
    }
  }
}

TEST(Streaming, OverlongLinesInPiecesEqualBatch) {
  std::mt19937_64 random(seed());
  for (int round = 0; round < 10; ++round) {
    std::string log;
    for (const size_t length : {size_t{65000}, size_t{65536}, size_t{131000}, size_t{300000}}) {
      const auto& sample = samples()[random() % samples().size()].text;
      log.append(length + random() % 1000, 'x').append(sample).append(random() % 2, '\n').append(sample);
    }
    const auto crashes = parse_log(engine(), log);
    EXPECT_EQ(streaming_breach(engine(), log, crashes, random_cuts(log.size(), 40, random())), "") << "round " << round;
    EXPECT_EQ(detection_breach(engine(), log, crashes), "") << "round " << round;
  }
}

TEST(Ranges, LieInsideOfTheInputInOrder) {
  for (const auto& log : samples()) EXPECT_EQ(range_breach(log.text, parse_log(engine(), log.text)), "") << log.name;
  const std::string all = shuffled_log(seed());
  EXPECT_EQ(range_breach(all, parse_log(engine(), all)), "");
}

TEST(Detection, AgreesWithParsing) {
  for (const auto& log : samples()) {
    EXPECT_EQ(detection_breach(engine(), log.text, parse_log(engine(), log.text)), "") << log.name;
  }
  const std::string all = shuffled_log(seed());
  EXPECT_EQ(detection_breach(engine(), all, parse_log(engine(), all)), "");
}

TEST(Titles, AreOnePrintableLine) {
  for (const auto& log : samples()) {
    for (const auto& crash : parse_log(engine(), log.text)) EXPECT_EQ(title_breach(crash), "") << log.name;
  }
}

TEST(Reparsing, ASoundReportsOwnTextHasTheSameTitle) {
  size_t sound = 0;
  size_t corrupted = 0;
  size_t changed = 0;  // among the corrupted, of which nothing is promised
  for (const auto& log : samples()) {
    for (const auto& crash : parse_log(engine(), log.text)) {
      const std::string breach = reparse_breach(engine(), log.text, crash);
      EXPECT_TRUE(crash.corrupted() || breach.empty()) << log.name << ": " << breach;
      ++(crash.corrupted() ? corrupted : sound);
      changed += crash.corrupted() && !breach.empty() ? 1 : 0;
    }
  }
  std::printf("%zu logs, %zu sound reports; of %zu corrupted ones %zu change their title\n", samples().size(), sound,
              corrupted, changed);
  EXPECT_GT(sound, 0U);
}

TEST(Pauses, NeverChangeHowManyCrashesThereAre) {
  std::mt19937_64 random(seed());
  for (const auto& log : samples()) {
    const auto crashes = parse_log(engine(), log.text);
    for (const bool all : {false, true}) {
      std::vector<CrashReport> watched;
      LogParser parser(engine(), [&](CrashReport&& crash) { watched.push_back(std::move(crash)); });
      for (size_t at = 0; at < log.text.size();) {
        const size_t end = std::min(log.text.find('\n', at), log.text.size() - 1) + 1;
        parser.push(std::string_view(log.text).substr(at, end - at));
        if (random() % 8 == 0) parser.pause(all);
        at = end;
      }
      parser.finish();
      ASSERT_EQ(watched.size(), crashes.size()) << log.name << (all ? ", all handed out" : ", ended ones handed out");
      for (const auto& crash : crashes) {
        const bool known = std::any_of(watched.begin(), watched.end(), [&](const CrashReport& seen) {
          return seen.range.start_byte == crash.range.start_byte;
        });
        EXPECT_TRUE(known) << log.name << ": no crash at " << crash.range.start_byte;
      }
    }
  }
}

}  // namespace
}  // namespace ktriage::test

// Scores the parser on the consoles of corpus/linux, whose answers are known because the kernels were crashed on
// purpose.

#include <gtest/gtest.h>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "tests/corpus_case.h"
#include "tests/score.h"

namespace ktriage::test {
namespace {

constexpr const char* kNone = "(no crash)";

void score_case(const Engine& engine, const CorpusCase& one, ScoreTable& scores) {
  const auto crashes = parse_log(engine, one.log);
  if (one.undecided) {  // a crash is there, only its title is open
    scores.add("detected, untitled", one.name, "a crash", crashes.empty() ? kNone : "a crash");
    return;
  }
  const std::string title = crashes.empty() ? kNone : crashes.front().title;
  if (!one.title) {
    scores.add("no false alarm", one.name, kNone, title);
    return;
  }
  scores.add("detected", one.name, "a crash", crashes.empty() ? kNone : "a crash");
  if (crashes.empty()) return;
  const CrashReport& crash = crashes.front();
  scores.add("title", one.name, *one.title, title);
  scores.add("type", one.name, one.type, crash.type);
  if (!one.guilty.empty()) scores.add("guilty", one.name, one.guilty, crash.guilty ? crash.guilty->function : "(none)");
}

TEST(Corpus, AnswersAreFoundInRealConsoles) {
  const auto cases = load_corpus(std::filesystem::path(KTRIAGE_SOURCE_DIR) / "corpus" / "linux");
  ASSERT_FALSE(cases.empty());
  const Engine engine(load_default_pack());
  ScoreTable scores;
  for (const auto& one : cases) score_case(engine, one, scores);
  scores.print();
  EXPECT_EQ(scores.share("detected"), 1.0);
  EXPECT_EQ(scores.share("no false alarm"), 1.0);
  EXPECT_GE(scores.share("title"), 0.99);
  EXPECT_GE(scores.share("type"), 0.97);
  EXPECT_GE(scores.share("guilty"), 0.90);
}

}  // namespace
}  // namespace ktriage::test

// Scores the parser on the peer's report cases, where they are at hand: $KTRIAGE_PEER_SUITE names the folder that holds
// linux/report. Prints every disagreement and a table; demands what the closing note of an issue has promised.

#include <gtest/gtest.h>

#include <cstdlib>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "tests/peer_case.h"
#include "tests/score.h"

namespace ktriage::test {
namespace {

// Titles of the families that are covered fully so far.
constexpr const char* kNamedFamilies[] = {"KASAN: ",
                                          "KMSAN: ",
                                          "KCSAN: ",
                                          "KFENCE: ",
                                          "UBSAN: ",
                                          "BUG: unable to handle",
                                          "general protection fault",
                                          "kernel BUG",
                                          "WARNING in ",
                                          "BUG: soft lockup",
                                          "INFO: rcu detected stall",
                                          "INFO: task hung",
                                          "possible deadlock",
                                          "inconsistent lock state",
                                          "WARNING: suspicious RCU",
                                          "INFO: suspicious RCU",
                                          "WARNING: locking bug",
                                          "WARNING: bad unlock",
                                          "BUG: bad unlock",
                                          "WARNING: still has locks",
                                          "WARNING: lock held",
                                          "BUG: lock held",
                                          "WARNING: nested lock",
                                          "WARNING: possible",
                                          "INFO: trying to register",
                                          "memory leak",
                                          "kernel panic"};

bool is_named(const std::string& title) {
  for (const std::string_view prefix : kNamedFamilies) {
    if (title.starts_with(prefix)) return true;
  }
  return false;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : " | ") + line;
  return out;
}

std::string yes(bool value) { return value ? "Y" : "N"; }

void score_case(const Engine& engine, const PeerCase& peer, ScoreTable& scores) {
  CrashReport first;
  bool found = false;
  LogParser parser(engine, [&](CrashReport&& crash) {
    if (!found) first = std::move(crash);
    found = true;
  });
  parser.push(peer.log);
  parser.finish();
  parser.add_log_facts(first);
  scores.add("title", peer.name, peer.title, first.title);
  if (is_named(peer.title)) scores.add("title, named families", peer.name, peer.title, first.title);
  if (peer.title.empty() || !found) return;
  scores.add("alt", peer.name, joined(peer.alt_titles), joined(first.alt_titles));
  scores.add("type", peer.name, peer.type, first.type);
  scores.add("corrupted", peer.name, yes(peer.corrupted),
             yes(first.corrupted()) + (peer.corrupted == first.corrupted() ? "" : " " + first.corrupted_reason));
  scores.add("suppressed", peer.name, yes(peer.suppressed), yes(first.suppressed));
  scores.add("panicked", peer.name, yes(peer.panicked), yes(first.panicked));
  const std::string executor =
      first.executor ? "proc=" + std::to_string(first.executor->proc) + ", id=" + std::to_string(first.executor->id)
                     : "";
  scores.add("executor", peer.name, peer.executor, executor);
  if (!peer.frame.empty()) scores.add("frame", peer.name, peer.frame, first.frame);
  if (peer.has_report) scores.add("report", peer.name, peer.report, first.report);
  if (!peer.start.empty()) {
    scores.add("start", peer.name, std::to_string(peer.log.find(peer.start)), std::to_string(first.range.start_byte));
  }
}

TEST(PeerSuite, ReportsAreTitledAsThePeerTitlesThem) {
  const char* root = std::getenv("KTRIAGE_PEER_SUITE");
  if (root == nullptr) GTEST_SKIP() << "SKIPPED LOUDLY: set KTRIAGE_PEER_SUITE to the folder that holds linux/report";
  const auto cases = load_peer_cases(std::filesystem::path(root) / "linux" / "report");
  ASSERT_FALSE(cases.empty());
  const Engine engine(load_default_pack());
  ScoreTable scores;
  for (const auto& peer : cases) score_case(engine, peer, scores);
  scores.print();
  EXPECT_GE(scores.share("title"), 0.99);
  EXPECT_GE(scores.share("alt"), 0.97);
  for (const char* field : {"type", "corrupted", "suppressed", "panicked", "executor"})
    EXPECT_GE(scores.share(field), 0.99) << field;
}

TEST(PeerCase, ReadsHeadersLogAndReport) {
  const auto peer = parse_peer_case(
      "7", "# why\nTITLE: BUG: x\nALT: b\nALT: a\nCORRUPTED: Y\r\n\n[ 1.0] BUG: x\n\nREPORT:\nBUG: x\n");
  EXPECT_EQ(peer.title, "BUG: x");
  EXPECT_EQ(joined(peer.alt_titles), "a | b");
  EXPECT_TRUE(peer.corrupted);
  EXPECT_EQ(peer.log, "[ 1.0] BUG: x\n\n");
  EXPECT_EQ(peer.report, "BUG: x\n");
}

}  // namespace
}  // namespace ktriage::test

// Replays the verdicts of a real bisection by syzkaller (data/ovs_ct_exit-bisection.txt) through a whole Session with
// `strategy: git`. Linux is not at hand, so the history is made: for each test as many commits on either side as Linux
// had, the rest of them in nobody's way. Which commit is tested next, what is printed and when is the session's own.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "bisect/session.h"
#include "rules/pack_loader.h"
#include "tests/fake_session.h"

namespace ktriage {
namespace {

using test::FakeLab;
using test::FakeRepository;
using test::LogLines;

struct Tested {
  size_t left = 0;
  std::string verdict, sha, subject;
};

struct Facts {
  std::string bad, tag, release, compiler, crash;
  size_t candidates = 0;
  double total = 0, build = 0, run = 0;
  std::vector<Tested> tests;

  bool crashes(const std::string& sha) const {
    const auto test = std::find_if(tests.begin(), tests.end(), [&](const Tested& t) { return t.sha == sha; });
    return test == tests.end() ? sha == bad : test->verdict == "bad";
  }
};

std::string rest_of(std::istringstream& in) {
  std::string out;
  std::getline(in >> std::ws, out);
  return out;
}

Facts read_facts() {
  Facts facts;
  std::ifstream file(KTRIAGE_SOURCE_DIR "/tests/data/ovs_ct_exit-bisection.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    std::string what;
    in >> what;
    if (what == "bad") in >> facts.bad;
    if (what == "release") in >> facts.tag >> facts.release;
    if (what == "candidates") in >> facts.candidates;
    if (what == "compiler") facts.compiler = rest_of(in);
    if (what == "crash") facts.crash = rest_of(in);
    if (what == "seconds") in >> facts.total >> facts.build >> facts.run;
    if (what != "test") continue;
    Tested test;
    in >> test.left >> test.verdict >> test.sha;
    test.subject = rest_of(in);
    facts.tests.push_back(test);
  }
  return facts;
}

/// Each tested commit merges what it must reach beside what is known to be good: commits of no further meaning, whose
/// parent is the release.
class MadeLinux {
 public:
  explicit MadeLinux(const Facts& facts) : good_(facts.release) {
    repository_.add(facts.release, {}, "Linux 5.1");
    size_t open = facts.candidates;
    std::vector<std::pair<std::string, size_t>> tops = {{facts.bad, 0}};  // with what only they reach
    for (const Tested& test : facts.tests) {
      const size_t reached = open - test.left - 1;
      if (test.verdict == "bad") {
        tops.back().second = open - reached - 1;
        tops.emplace_back(test.sha, 0);
        open = reached;
      } else {
        good_ = merge(test.sha, reached - 1, test.subject);
        open -= reached;
      }
    }
    for (auto top = tops.rbegin(); top != tops.rend(); ++top) {
      const auto tested =
          std::find_if(facts.tests.begin(), facts.tests.end(), [&](const Tested& t) { return t.sha == top->first; });
      good_ = merge(top->first, top->second, tested == facts.tests.end() ? "" : tested->subject);
    }
  }

  FakeRepository& repository() { return repository_; }

 private:
  std::string merge(const std::string& sha, size_t others, const std::string& subject) {
    std::vector<std::string> parents = {good_};
    for (size_t i = 0; i < others; ++i) {
      std::ostringstream name;
      name << "other" << ++named_;
      repository_.add(name.str(), {release()});
      parents.push_back(name.str());
    }
    repository_.add(sha, std::move(parents), subject);
    return sha;
  }
  std::string release() { return repository_.find_by_subject("Linux 5.1", {}).value(); }

  FakeRepository repository_;
  std::string good_;
  size_t named_ = 0;
};

std::vector<std::string> replay(const Facts& facts) {
  MadeLinux linux(facts);
  BisectConfig config;
  config.strategy = StrategyKind::Git;
  config.good_auto = true;
  config.runs.max = 10;
  config.verify.revert = false;
  ResolvedCommits commits;
  commits.bad = facts.bad;
  commits.releases = {{facts.tag, facts.release}};
  FakeLab lab(1, [&, first = true](RunRecord& run) mutable {
    if (first) run.seconds = Seconds(facts.run);
    first = false;
    if (!facts.crashes(run.key.commit)) return;
    run.outcome = RunOutcome::TargetCrash;
    run.title = facts.crash;
  });
  lab.on_build = [&, first = true](BuildRecord& build) mutable {
    if (first) build.seconds = Seconds(facts.build);
    first = false;
  };
  const RulePack pack = load_pack(default_rule_sources(), Validation::Trusted).value();
  const CrashJudge judge(pack);
  LogLines output;
  Session session({config,
                   commits,
                   linux.repository(),
                   lab,
                   output,
                   judge,
                   {Target::From::Title, {facts.crash}, {}},
                   [&](const std::string&) { return facts.compiler; },
                   [&] { return std::chrono::nanoseconds(std::llround(facts.total * 1e9)); },
                   {},
                   {},
                   {},
                   {}});
  const BisectResult result = session.run();
  EXPECT_EQ(result.outcome, BisectOutcome::Found) << result.message;
  for (auto& line : closing_lines(result, linux.repository())) output.lines.push_back(std::move(line));
  return output.lines;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

bool starts_with_any(const std::string& line, std::initializer_list<const char*> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](const char* start) { return line.starts_with(start); });
}

TEST(SeedBisection, LogIsTheGolden) {
  const std::string golden = KTRIAGE_SOURCE_DIR "/tests/data/ovs_ct_exit-bisection.log";
  const auto log = replay(read_facts());
  if (std::getenv("KTRIAGE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream out(golden);
    for (const auto& line : log) out << line << "\n";
  }
  EXPECT_EQ(log, lines_of(golden)) << "KTRIAGE_UPDATE_GOLDEN=1 writes it anew; read the difference";
}

/// Line by line as syzkaller wrote it, but for what is of that tool alone (its own version, the commit's text, whom it
/// writes to, the crash's text) and what it does not have (confidence, the Fixes tag).
TEST(SeedBisection, LogIsThatOfTheSeed) {
  const char* set = std::getenv("KTRIAGE_SEED");
  const std::string seed =
      std::string(set != nullptr ? set : KTRIAGE_SOURCE_DIR "/../shared/seed") + "/ovs_ct_exit-bisection.log";
  auto wanted = lines_of(seed);
  if (wanted.empty()) GTEST_SKIP() << "SKIPPED LOUDLY: no " << seed << "; set KTRIAGE_SEED to the folder that holds it";
  std::erase_if(wanted, [](const auto& line) { return line.starts_with("building syzkaller"); });
  const auto ends = [](const auto& line) { return line.starts_with("commit "); };
  const auto text = std::find_if(wanted.begin(), wanted.end(), ends);
  const auto after = std::find_if(text, wanted.end(), [](const auto& line) { return line.starts_with("revisions"); });
  std::vector<std::string> kept(wanted.begin(), text);
  for (auto line = after; line != wanted.end(); ++line) {
    if (starts_with_any(*line, {"revisions tested:", "first bad commit:", "crash: "})) kept.push_back(*line);
  }
  auto log = replay(read_facts());
  std::erase_if(log, [](const auto& line) {
    return starts_with_any(line, {"commit ", "confidence: ", "Fixes: ", "cc: "});
  });
  EXPECT_EQ(log, kept);
}

}  // namespace
}  // namespace ktriage

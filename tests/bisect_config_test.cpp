#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bisect/config_loader.h"
#include "bisect/duration.h"
#include "bisect/recipients.h"
#include "bisect/release_tags.h"
#include "bisect/run_judge.h"

namespace ktriage {
namespace {

TEST(BisectConfig, MistakesNamePlaceAndNearestKey) {
  struct Case {
    std::string text;
    std::string says;
  };
  const std::string good = "repo: r\nbad: b\ntest: t\n";
  for (const auto& [text, says] : std::vector<Case>{
           {good + "bild: x\n", "c.yaml:4:1: unknown key 'bild'; did you mean 'build'?"},
           {good + "biuld: x\n", "did you mean 'build'?"},
           {good + "rnus: {max: 3}\n", "did you mean 'runs'?"},
           {good + "build: {command: x, imgae: y}\n", "did you mean 'image'?"},
           {good + "workers: many\n", "c.yaml:4:10: 'workers' must be a whole number"},
           {good + "build: {command: x, timeout: soon}\n", "c.yaml:4:30: 'soon' is no duration"},
           {good + "strategy: bays\n", "did you mean 'bayes'?"},
           {good + "build: {command: x, toolchains: [{untill: v5.4, CC: gcc-8}]}\n", "did you mean 'until'?"},
           {good + "runs: {error_probability: 2}\n", "is no error probability"},
           {good + "build: \"make\\0 clean\"\n", "c.yaml:4:8: holds a NUL byte"},
           {good + "build: {command: x, env: {A: \"\\0\"}}\n", "holds a NUL byte"},
           {good + "workers: 99999999999999999999\n", "'workers' must be a whole number"},
           {good + "x: " + std::string(5000, '[') + "\n", "nested too deeply"},
           {good + "b: &b [&a [*b, *b], *a]\n", "unknown key 'b'"},
           {good + "[a, b]: c\n", "c.yaml:4"},
           {good + std::string(2000000, '#'), "is too large"},
           {"bad: b\ntest: t\n", "key 'repo' is missing"},
           {"repo: [\n", "c.yaml:2"},
       }) {
    const auto config = parse_bisect_config(text, "c.yaml", "/d");
    ASSERT_FALSE(config) << text.substr(0, 200);
    EXPECT_NE(config.errors().front().to_string().find(says), std::string::npos) << text.substr(0, 200) << "\n"
                                                                                 << config.errors().front().to_string();
  }
}

TEST(BisectConfig, SketchOfTheDesignLoads) {
  const auto config = parse_bisect_config(
      "repo: {path: linux, branch: master}\nbad: 6c9bef32c6e7\ngood: auto\n"
      "target: {title: \"general protection fault in ovs_ct_exit\"}\n"
      "build: {command: \"make bzImage\", timeout: 30m, toolchains: [{until: v5.4, CC: gcc-8}]}\n"
      "test: {qemu: {kernel: arch/x86/boot/bzImage, initrd: repro.cpio, memory: 2G, timeout: 5m}}\n"
      "runs: {max: 20, error_probability: 0.01}\nbackports: [{commit: abc123, when: build-fails}]\n"
      "workers: 2\nstate: bisect.state/\n",
      "c.yaml", "/d");
  ASSERT_TRUE(config) << config.errors().front().to_string();
  EXPECT_EQ(config->repository, "/d/linux");
  EXPECT_TRUE(config->good_auto);
  EXPECT_EQ(config->build.timeout, Seconds(1800));
  EXPECT_EQ(config->build.toolchains.at(0).environment.at("CC"), "gcc-8");
  EXPECT_EQ(config->test.timeout, Seconds(300));
  EXPECT_EQ(config->workers, 2);
}

TEST(Duration, ReadsAndPrints) {
  EXPECT_EQ(parse_duration("1h30m"), Seconds(5400));
  EXPECT_EQ(parse_duration("0.1s"), Seconds(0.1));
  for (const char* const bad : {"", "m", "30m1h", "5x", "1e99s", "-3s"}) EXPECT_FALSE(parse_duration(bad)) << bad;
  using std::chrono::nanoseconds;
  EXPECT_EQ(format_duration(nanoseconds(17315451018877)), "4h48m35.451018877s");
  EXPECT_EQ(format_duration(nanoseconds(250000000)), "250ms");
}

TEST(Releases, NewestFirstThinningOut) {
  const auto tags = releases_to_try({"v5.1", "v5.2-rc1", "v4.20", "v5.0", "v4.19", "v4.18", "next-1"});
  EXPECT_EQ(tags, (std::vector<std::string>{"v5.1", "v5.0", "v4.20", "v4.18"}));
}

TEST(Recipients, TrailersAndAuthor) {
  const auto found =
      recipients_of("x: y\n\nSigned-off-by: A <A@x.org>\nCc: stable@vger.kernel.org\nCc: b@y.org\n", "a@x.org");
  EXPECT_EQ(format_recipients(found), R"(["a@x.org" "b@y.org"])");
}

TEST(RunJudge, OutcomesOfACommand) {
  struct Case {
    ProcessEnd::Kind kind;
    int status;
    bool has_target;
    uint64_t bytes;
    RunVerdict::Kind verdict;
    RunOutcome outcome;
  };
  using End = ProcessEnd::Kind;
  using Kind = RunVerdict::Kind;
  for (const auto& [kind, status, has_target, bytes, verdict, outcome] : std::vector<Case>{
           {End::Exited, 0, false, 1, Kind::Counts, RunOutcome::NoCrash},
           {End::Exited, 1, false, 1, Kind::Counts, RunOutcome::TargetCrash},
           {End::Exited, 1, true, 1, Kind::Counts, RunOutcome::NotTestable},
           {End::Exited, 125, false, 1, Kind::Counts, RunOutcome::NotTestable},
           {End::Exited, 127, false, 1, Kind::Infrastructure, RunOutcome::NoCrash},
           {End::Signaled, 9, true, 1, Kind::Infrastructure, RunOutcome::NoCrash},
           {End::TimedOut, 0, true, 0, Kind::Doubtful, RunOutcome::NotTestable},
           {End::TimedOut, 0, true, 9, Kind::Counts, RunOutcome::NotTestable},
       }) {
    RunFacts facts;
    facts.end.kind = kind;
    facts.end.status = status;
    facts.has_target = has_target;
    facts.console_bytes = bytes;
    const RunVerdict got = judge_run(facts);
    EXPECT_EQ(got.kind, verdict) << facts.end.text();
    if (verdict == Kind::Counts) {
      EXPECT_EQ(got.outcome, outcome) << facts.end.text();
    }
  }
}

}  // namespace
}  // namespace ktriage

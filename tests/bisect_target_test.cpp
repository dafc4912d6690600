#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bisect/lab_json.h"
#include "bisect/target_choice.h"
#include "rules/pack_loader.h"
#include "tests/signature_samples.h"

namespace ktriage {
namespace {

using test::crash_of;

class BisectTarget : public testing::Test {
 protected:
  CrashIdentity poll() const {
    return judge_.identify(crash_of("KASAN: slab-use-after-free Read in widget_poll",
                                    {"widget_poll", "widget_wait", "widget_ioctl", "vfs_ioctl"}));
  }
  /// Another check finds the same mistake.
  CrashIdentity poll_by_fault() const {
    return judge_.identify(crash_of("general protection fault in widget_poll",
                                    {"widget_poll", "widget_wait", "widget_ioctl", "vfs_ioctl"}));
  }
  /// The same function and title, on a way of its own to it.
  CrashIdentity poll_elsewhere() const {
    return judge_.identify(
        crash_of("KASAN: slab-use-after-free Read in widget_poll", {"widget_poll", "gadget_flush", "gadget_work"}));
  }
  CrashIdentity other() const {
    return judge_.identify(crash_of("KASAN: slab-use-after-free Read in gizmo_free", {"gizmo_free", "gizmo_exit"}));
  }
  Target reported(const CrashIdentity& crash) const { return {Target::From::Report, {crash.title}, crash.signature}; }

  RulePack pack_ = load_pack(default_rule_sources(), Validation::Trusted).value();
  CrashJudge judge_{pack_};
};

TEST_F(BisectTarget, WhatCountsAsTheTarget) {
  const std::string title = "KASAN: slab-use-after-free Read in widget_poll";
  const CrashIdentity no_report{"exit status 1", {}, {}};
  const CrashIdentity titled{title, {}, {}};
  const CrashIdentity alternative{"something else", {title}, {}};
  const Target by_title{Target::From::Title, {title}, {}};
  struct Case {
    const char* what;
    Target target;
    CrashIdentity crash;
    bool is_target;
    std::string why;
  };
  for (const auto& [what, target, crash, is_target, why] : std::vector<Case>{
           {"nobody said which", {}, other(), true, "none is named"},
           {"the same again", reported(poll()), poll(), true,
            "same crash by signature: the same in everything: widget_poll"},
           {"found by another check", reported(poll()), poll_by_fault(), true, "same crash by signature"},
           {"another bug", reported(poll()), other(), false, "crash sites differ: widget_poll / gizmo_free"},
           {"no signature, another title", reported(poll()), no_report, false, "none of the target's titles"},
           {"no signature, that title", reported(poll()), titled, true, "it has the target's title"},
           {"by title", by_title, titled, true, "it has the target's title"},
           {"by alternative title", by_title, alternative, true, "it has the target's title"},
           {"by title, another", by_title, other(), false, "none of the target's titles"},
           {"a title that was asked for", by_title, poll_elsewhere(), true, "it has the target's title"},
       }) {
    const TargetVerdict verdict = TargetMatcher(judge_, target).judge(crash);
    EXPECT_EQ(verdict.is_target, is_target) << what << ": " << verdict.why;
    EXPECT_NE(verdict.why.find(why), std::string::npos) << what << ": " << verdict.why;
  }
}

TEST_F(BisectTarget, LikelyCountsOnlyWithATitleInCommon) {
  const Judgement found = judge_.compare(*poll().signature, *poll_elsewhere().signature);
  ASSERT_EQ(found.verdict, Verdict::Likely) << found.score << " " << found.why;
  EXPECT_TRUE(TargetMatcher(judge_, reported(poll())).judge(poll_elsewhere()).is_target);
  CrashIdentity renamed = poll_elsewhere();
  renamed.title = "KASAN: slab-use-after-free Write in widget_poll";
  const TargetVerdict verdict = TargetMatcher(judge_, reported(poll())).judge(renamed);
  EXPECT_FALSE(verdict.is_target);
  EXPECT_NE(verdict.why.find("likely crash by signature"), std::string::npos) << verdict.why;
}

Evidence evidence_of(const std::vector<CrashIdentity>& crashes) {
  Evidence evidence;
  for (const auto& crash : crashes) {
    RunRecord run;
    run.outcome = RunOutcome::TargetCrash;
    run.title = crash.title;
    run.alt_titles = crash.alt_titles;
    run.signature = crash.signature;
    evidence.runs.push_back(run);
    evidence.outcomes.push_back(run.outcome);
  }
  return evidence;
}

TEST_F(BisectTarget, UnnamedItIsTheMajoritysBugUnderAnyTitle) {
  const Target chosen = settle_target({}, judge_, evidence_of({other(), poll(), other(), poll_by_fault(), poll()}));
  EXPECT_EQ(chosen.from, Target::From::Runs);
  EXPECT_EQ(chosen.titles.size(), 2U);
  const TargetMatcher matcher(judge_, chosen);
  EXPECT_TRUE(matcher.judge(poll()).is_target);
  EXPECT_TRUE(matcher.judge(poll_by_fault()).is_target);
  EXPECT_FALSE(matcher.judge(other()).is_target);
}

TEST_F(BisectTarget, ATitleGetsTheSignatureOfItsFirstCrash) {
  const Target named{Target::From::Title, {poll().title}, {}};
  EXPECT_FALSE(TargetMatcher(judge_, named).judge(poll_by_fault()).is_target);
  const Target settled = settle_target(named, judge_, evidence_of({poll()}));
  EXPECT_EQ(settled.titles, named.titles);
  EXPECT_TRUE(TargetMatcher(judge_, settled).judge(poll_by_fault()).is_target);
}

TEST_F(BisectTarget, CrashesWithoutAReportGoByTheirTitle) {
  const CrashIdentity failed{"exit status 1", {}, {}};
  const CrashIdentity odd{"exit status 3", {}, {}};
  const TargetMatcher matcher(judge_, settle_target({}, judge_, evidence_of({odd, failed, failed})));
  EXPECT_TRUE(matcher.judge(failed).is_target);
  EXPECT_FALSE(matcher.judge(odd).is_target);
}

TEST_F(BisectTarget, TheJournalKeepsWhatACrashIsToldBy) {
  RunRecord run;
  run.key = {"0123456789abcdef", {}};
  run.title = poll().title;
  CrashReport report = crash_of(run.title, {"widget_poll", "helper [inline]", "probe+1/2 [widget]", "?hint"});
  report.stacks.push_back(test::stack_of(StackRole::Free, {"kfree", "widget_drop"}));
  run.signature = judge_.identify(report).signature;
  run.why = "same crash by signature";
  std::string problem;
  const auto event = lab_event_from_json(to_json(run), problem);
  ASSERT_TRUE(event) << problem;
  EXPECT_EQ(std::get<RunRecord>(event->what), run);
}

}  // namespace
}  // namespace ktriage

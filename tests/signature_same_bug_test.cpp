#include <gtest/gtest.h>

#include <utility>

#include "rules/pack_loader.h"
#include "signatures/clusterer.h"
#include "signatures/same_bug.h"
#include "tests/signature_samples.h"

namespace ktriage::test {
namespace {

class SameBug : public testing::Test {
 protected:
  Judgement judge_pair(const CrashReport& a, const CrashReport& b) {
    const Judgement forth = judge(signer_.sign(a), signer_.sign(b), model_, pack_.signatures);
    const Judgement back = judge(signer_.sign(b), signer_.sign(a), model_, pack_.signatures);
    EXPECT_EQ(forth.score, back.score) << forth.why;
    EXPECT_EQ(forth.verdict, back.verdict);
    return forth;
  }

  const RulePack pack_ = load_default_pack();
  const Signer signer_{pack_};
  const FrameModel model_{pack_.signatures};
};

const char* kUaf = "KASAN: slab-use-after-free Read in widget_poll";
const char* kGpf = "general protection fault in widget_poll";

TEST_F(SameBug, JudgesPairs) {
  struct Row {
    const char* what;
    CrashReport a;
    CrashReport b;
    Verdict expected;
    const char* because;  // part of the reason
  };
  const Row rows[] = {
      {"another detector", crash_of(kUaf, {"widget_poll", "widget_scan", "vfs_read"}),
       crash_of(kGpf, {"widget_poll", "widget_scan", "vfs_read"}), Verdict::Same,
       "seen as KASAN: slab-use-after-free Read / general"},
      {"another context", crash_of(kGpf, {"widget_poll", "widget_scan", "vfs_read"}),
       crash_of(kGpf, {"widget_poll", "widget_scan", "widget_work", "process_one_work"}), Verdict::Same,
       "same crash site widget_poll"},
      {"one stack lacks an inlined caller", crash_of(kGpf, {"widget_poll", "widget_scan", "widget_run"}),
       crash_of(kGpf, {"widget_poll", "widget_run"}), Verdict::Same, "2 of 3 significant frames shared"},
      {"a bad pointer from another caller", crash_of(kGpf, {"widget_poll", "widget_scan", "alpha_run"}),
       crash_of(kGpf, {"widget_poll", "gadget_walk", "beta_run"}), Verdict::Likely,
       "called from widget_scan / gadget_walk"},
      {"a failed check says what is wrong, whoever called",
       crash_of("WARNING in widget_poll", {"widget_poll", "widget_scan", "alpha_run"}),
       crash_of("WARNING in widget_poll", {"widget_poll", "gadget_walk", "beta_run"}), Verdict::Same,
       "same crash site"},
      {"only what every system call shares", crash_of(kGpf, {"widget_poll", "vfs_read", "sys_read"}),
       crash_of("general protection fault in gadget_poll", {"gadget_poll", "vfs_read", "sys_read"}), Verdict::Different,
       "crash sites differ: widget_poll / gadget_poll"},
      {"inlined in one build", crash_of(kGpf, {"widget_poll", "widget_scan", "widget_run"}),
       crash_of("general protection fault in widget_scan", {"widget_scan", "widget_run"}), Verdict::Same, "inlining"},
      {"two modules' functions of one name", crash_of("WARNING in start", {"start [alpha]"}),
       crash_of("WARNING in start", {"start [beta]"}), Verdict::Different, "modules differ: alpha / beta"},
      {"built in and as a module", crash_of("WARNING in widget_run", {"widget_run [alpha]"}),
       crash_of("WARNING in widget_run", {"widget_run"}), Verdict::Same, "same crash site"},
      {"kinds that do not go together", crash_of("memory leak in widget_run", {"widget_run", "widget_scan"}),
       crash_of("INFO: task hung in widget_run", {"widget_run", "widget_scan"}), Verdict::Likely,
       "kinds differ: memory leak / INFO: task hung"},
      {"nothing in common", crash_of(kGpf, {"widget_poll"}), crash_of("WARNING in gadget_run", {"gadget_run"}),
       Verdict::Different, ""},
      {"a message in common", crash_of("kernel panic: no reply", {"panic", "widget_die", "widget_scan"}),
       crash_of("kernel panic: no reply", {"panic", "widget_scan"}), Verdict::Same,
       "same crash site kernel panic: no reply"},
  };
  for (const auto& row : rows) {
    const Judgement judgement = judge_pair(row.a, row.b);
    EXPECT_EQ(verdict_name(judgement.verdict), verdict_name(row.expected))
        << row.what << ": " << judgement.score << " " << judgement.why;
    EXPECT_NE(judgement.why.find(row.because), std::string::npos) << row.what << ": " << judgement.why;
  }
}

TEST_F(SameBug, UseAfterFreeIsJudgedByWhoFreed) {
  const auto uaf = [](const char* caller, const char* freed_by) {
    auto report = crash_of(kUaf, {"widget_poll", caller});
    report.stacks.push_back(stack_of(StackRole::Allocation, {"kmalloc", "widget_new"}));
    report.stacks.push_back(stack_of(StackRole::Free, {"kfree", freed_by}));
    return report;
  };
  const Judgement same = judge_pair(uaf("widget_scan", "widget_drop"), uaf("gadget_walk", "widget_drop"));
  const Judgement other = judge_pair(uaf("widget_scan", "widget_drop"), uaf("gadget_walk", "widget_close"));
  EXPECT_GT(same.score, other.score + 0.1);
  EXPECT_NE(same.why.find("freed by the same function widget_drop"), std::string::npos) << same.why;
  EXPECT_NE(other.why.find("freed by widget_drop / widget_close"), std::string::npos) << other.why;
}

TEST_F(SameBug, WhatIsWrongWithMemoryIsToldAlikeByAllDetectors) {
  const auto saying = [](const char* title, const char* line) {
    auto report = crash_of(title, {"widget_drop", "widget_scan"});
    report.report = line;
    return report;
  };
  const auto twice = saying("KASAN: double-free in widget_drop", "BUG: KASAN: double-free in widget_drop+0x1/0x2\n");
  const auto too_many = saying("BUG: Slab has in widget_drop",
                               "BUG widgets (Not tainted): Slab has 0 allocated objects but 1 are to be freed\n");
  const auto foreign = saying("WARNING in widget_drop", "cache_from_obj: Wrong slab cache. b but object is from a\n");
  const auto beyond =
      saying("BUG: Right Redzone overwritten in widget_drop", "BUG widgets (Not tainted): Right Redzone overwritten\n");
  const auto unclear = saying("general protection fault in widget_drop", "");
  const auto dead = saying("WARNING: refcount bug in widget_drop", "refcount_t: addition on 0; use-after-free.\n");
  EXPECT_EQ(judge_pair(twice, too_many).verdict, Verdict::Same);
  for (const auto& [a, b] : {std::pair{twice, foreign}, {too_many, foreign}, {twice, beyond}, {foreign, beyond}}) {
    const Judgement judgement = judge_pair(a, b);
    EXPECT_NE(judgement.verdict, Verdict::Same) << judgement.why;
    EXPECT_NE(judgement.why.find("not the same mistake: heap memory, "), std::string::npos) << judgement.why;
  }
  EXPECT_EQ(judge_pair(unclear, foreign).verdict, Verdict::Same);
  EXPECT_EQ(judge_pair(twice, dead).verdict, Verdict::Same) << "of a count the allocator does not speak";
}

TEST_F(SameBug, AReportThatDoesNotSayJoinsNoTwoMistakes) {
  const auto copy = [](const char* message, std::initializer_list<std::string> frames) {
    auto report = crash_of("BUG: bad usercopy in widget_copy", frames);
    report.report = message;
    return report;
  };
  Clusterer clusterer(pack_.signatures, model_);
  const auto place = [&](const CrashReport& report) { return clusterer.place(signer_.sign(report)).cluster; };
  const size_t to =
      place(copy("usercopy: Kernel memory exposure attempt detected\n", {"widget_copy", "widget_scan", "widget_run"}));
  EXPECT_EQ(place(copy("", {"widget_copy", "widget_run"})), to);
  EXPECT_NE(place(copy("usercopy: Kernel memory overwrite attempt detected\n", {"widget_copy", "widget_run"})), to);
}

TEST_F(SameBug, DamagedReportIsNeverSurelyTheSameAsASoundOne) {
  auto sound = crash_of(kGpf, {"widget_poll", "widget_scan"});
  auto torn = sound;
  torn.corrupted_reason = "stack cut off";
  EXPECT_EQ(judge_pair(sound, torn).verdict, Verdict::Likely);
  auto empty = crash_of("general protection fault in corrupted", {});
  EXPECT_EQ(judge_pair(sound, empty).verdict, Verdict::Different);
  EXPECT_EQ(judge_pair(sound, empty).score, 0);
}

TEST_F(SameBug, DamagedReportsWithoutFramesAreTheSameOnlyWordForWord) {
  const auto bug_at = [](const char* line) {
    auto report = crash_of("kernel BUG in corrupted", {});
    report.report = std::string("kernel BUG at ") + line + "\n";
    return report;
  };
  EXPECT_EQ(judge_pair(bug_at("a.c:1!"), bug_at("a.c:1!")).verdict, Verdict::Same);
  EXPECT_EQ(judge_pair(bug_at("a.c:1!"), bug_at("a.c:2!")).verdict, Verdict::Different);
}

TEST_F(SameBug, WhatManyCrashSitesShareCountsLittle) {
  const Signature a = signer_.sign(crash_of(kGpf, {"widget_poll", "widget_provoke"}));
  FrameModel model(pack_.signatures);
  EXPECT_EQ(model.weight("widget_provoke"), 1.0);
  EXPECT_LT(model.weight("vfs_write"), 0.3) << "learnt";
  for (int i = 0; i < 50; ++i) model.add_site(a);
  EXPECT_LT(model.weight("widget_provoke"), 0.1) << "counted";
}

}  // namespace
}  // namespace ktriage::test

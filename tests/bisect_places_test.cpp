#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bisect/built_files.h"
#include "bisect/crash_places.h"
#include "parser/log_parser.h"
#include "rules/pack_loader.h"

namespace ktriage {
namespace {

TEST(BuiltFiles, FromACommandFile) {
  FileSet files;
  add_built_files(
      "savedcmd_kernel/fork.o := gcc -include ./include/linux/kconfig.h -c -o kernel/fork.o kernel/fork.c  \n\n"
      "source_kernel/fork.o := kernel/fork.c\n\n"
      "deps_kernel/fork.o := \\\n    $(wildcard include/config/MMU) \\\n  include/linux/mm.h \\\n"
      "  ../lib/above.h \\\n  arch/x86/entry/entry_64.S \\\n  drivers/x.rs \\\n",
      files);
  EXPECT_EQ(files, (FileSet{"include/linux/kconfig.h", "kernel/fork.c", "include/linux/mm.h", "lib/above.h",
                            "arch/x86/entry/entry_64.S"}));
}

TEST(CrashPlaces, FilesOfTheFramesThatTellSomething) {
  const Engine engine(load_pack(default_rule_sources(), Validation::Trusted).value());
  const auto crashes = parse_log(engine,
                                 "[    1.0] general protection fault: 0000 [#1] PREEMPT SMP KASAN\n"
                                 "[    1.0] CPU: 0 PID: 7684 Comm: a Not tainted 5.2.0-rc5+ #1\n"
                                 "[    1.0] RIP: 0010:ovs_ct_exit+0x139/0x3f9 net/openvswitch/conntrack.c:2261\n"
                                 "[    1.0] Call Trace:\n"
                                 "[    1.0]  ops_exit_list.isra.6+0x8b/0x120 net/core/net_namespace.c:165\n"
                                 "[    1.0]  do_syscall_64+0xd0/0x530 arch/x86/entry/common.c:301\n"
                                 "[    1.0]  entry_SYSCALL_64_after_hwframe+0x49/0xbe\n"
                                 "[    1.0] ---[ end trace 15f0eaad4e6730b1 ]---\n");
  ASSERT_EQ(crashes.size(), 1U);
  EXPECT_EQ(stack_files(crashes.front(), Signer(engine.pack())),
            (std::vector<std::string>{"net/core/net_namespace.c", "net/openvswitch/conntrack.c"}));
}

/// Commits a (newest) to e.
class Weighing : public testing::Test {
 protected:
  CommitWeights weigh(const ChangedFiles& changed, const CrashPlaces& places) const {
    return weigh_commits(graph_, changed, {"net/a.c", "net/b.c", "fs/c.c", "arch/arm/d.c"}, places);
  }
  CommitGraph graph_ = CommitGraph::from_rev_list("5 a b\n4 b c\n3 c d\n2 d e\n1 e base\n").value();
  CrashPlaces places_{{"/build/linux/net/a.c"}, {"net/a.c", "net/b.c", "fs/c.c"}};
};

TEST_F(Weighing, NothingKnownWeighsNothing) { EXPECT_TRUE(weigh({{"a", {"net/a.c"}}}, {}).weights.empty()); }

TEST_F(Weighing, WhatIsNotBuiltIsOutIfNobodyChangesThat) {
  ChangedFiles changed = {
      {"a", {"arch/arm/d.c"}}, {"b", {"net/a.c"}}, {"c", {"fs/c.c"}}, {"d", {"fs/removed.c"}}, {"e", {"net/b.c"}}};
  const auto known = weigh(changed, places_);
  ASSERT_EQ(known.weights.size(), 5U);
  EXPECT_EQ(known.in_stack, 1U);
  EXPECT_EQ(known.unbuilt, 1U);
  EXPECT_TRUE(known.unbuilt_are_out);
  EXPECT_EQ(known.weights[0], 0);
  EXPECT_GT(known.weights[1], known.weights[4]);
  EXPECT_GT(known.weights[3], 0) << "whether a file that is gone was built, nobody knows";

  changed["c"] = {"fs/c.c", "fs/Makefile"};
  const auto unsure = weigh(changed, places_);
  EXPECT_EQ(unsure.unbuilt, 1U);
  EXPECT_FALSE(unsure.unbuilt_are_out);
  for (const double weight : unsure.weights) EXPECT_GT(weight, 0);
}

TEST_F(Weighing, NotEverybodyCanBeOut) {
  ChangedFiles changed;
  for (const char* commit : {"a", "b", "c", "d", "e"}) changed[commit] = {"arch/arm/d.c"};
  const auto known = weigh(changed, places_);
  EXPECT_FALSE(known.unbuilt_are_out);
  for (const double weight : known.weights) EXPECT_GT(weight, 0);
}

TEST_F(Weighing, PlacesAreKept) { EXPECT_EQ(crash_places_from_json(to_json(places_)), places_); }

}  // namespace
}  // namespace ktriage

#include <gtest/gtest.h>

#include "tests/store_samples.h"
#include "triage/store/marks.h"

namespace ktriage::test {
namespace {

TEST(ParseMarks, TakesWhatTheHelpSays) {
  const auto marks =
      parse_marks(std::vector<std::string>{"a", "fixed", "b", "duplicate-of", "c", "d", "ignore", "e", "none"});
  ASSERT_TRUE(marks) << marks.errors().front().message;
  ASSERT_EQ(marks.value().size(), 4);
  EXPECT_EQ(marks.value()[1].cluster, "b");
  EXPECT_EQ(marks.value()[1].state, Mark::State::DuplicateOf);
  EXPECT_EQ(marks.value()[1].other, "c");
  EXPECT_EQ(marks.value()[3].state, Mark::State::None);
  for (const auto& [words, complaint] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{}, "say --mark NAME"},
           {{"abc"}, "what is 'abc' to be?"},
           {{"abc", "fixd"}, "did you mean 'fixed'?"},
           {{"abc", "duplicate-of"}, "duplicate of which bug?"},
           {{"abc", "fixed", "def"}, "what is 'def' to be?"}}) {
    const auto wrong = parse_marks(words);
    ASSERT_FALSE(wrong) << words.size();
    EXPECT_NE(wrong.errors().front().message.find(complaint), std::string::npos) << wrong.errors().front().message;
  }
}

class StoreMarks : public testing::Test {
 protected:
  void SetUp() override {
    bench_.run({bench_.log("a", {"widget_poll", "gadget_put", "gizmo_reset"})});
    widget_ = bench_.cluster("widget_poll").name;
    gadget_ = bench_.cluster("gadget_put").name;
    gizmo_ = bench_.cluster("gizmo_reset").name;
  }

  StoreBench bench_;
  std::string widget_;
  std::string gadget_;
  std::string gizmo_;
};

TEST_F(StoreMarks, StayUntilTheyAreTakenBack) {
  EXPECT_EQ(bench_.mark({widget_, "ignore"}), "");
  bench_.run({bench_.log("b", {"widget_poll"})});
  EXPECT_EQ(bench_.cluster("widget_poll").mark, "ignore");
  EXPECT_EQ(bench_.cluster("widget_poll").marked, "2026-11-24T10:00:00Z");
  EXPECT_EQ(bench_.mark({widget_, "none"}), "");
  EXPECT_EQ(bench_.cluster("widget_poll").mark, "");
}

TEST_F(StoreMarks, AFixedBugReturnsWithItsNextCrash) {
  EXPECT_EQ(bench_.mark({widget_, "fixed"}), "");
  bench_.run({bench_.log("b", {"gadget_put"})});
  EXPECT_NE(bench_.cluster("widget_poll").status, BugStatus::Returned);
  bench_.run({bench_.log("c", {"widget_poll"})});
  EXPECT_EQ(bench_.cluster("widget_poll").status, BugStatus::Returned);
  bench_.run({});  // nobody has said anything since
  EXPECT_EQ(bench_.cluster("widget_poll").status, BugStatus::Returned);
  EXPECT_EQ(bench_.mark({widget_, "fixed"}), "");
  EXPECT_EQ(bench_.cluster("widget_poll").status, BugStatus::Known);
}

TEST_F(StoreMarks, AFixedBugReturnsWithACrashOfItsDuplicate) {
  EXPECT_EQ(bench_.mark({gadget_, "duplicate-of", widget_}), "");
  EXPECT_EQ(bench_.cluster("gadget_put").duplicate_of, widget_);
  EXPECT_EQ(bench_.mark({gizmo_, "duplicate-of", gadget_}), "");
  EXPECT_EQ(bench_.mark({widget_, "fixed"}), "");
  bench_.run({bench_.log("b", {"gizmo_reset"})});
  EXPECT_EQ(bench_.cluster("widget_poll").status, BugStatus::Returned);
}

TEST_F(StoreMarks, NamesAreChecked) {
  EXPECT_EQ(bench_.mark({widget_.substr(0, 8), "fixed"}), "");
  EXPECT_EQ(bench_.cluster("widget_poll").mark, "fixed");
  std::string slip = gadget_;
  slip[3] = slip[3] == 'x' ? 'y' : 'x';
  EXPECT_NE(bench_.mark({slip, "fixed"}).find("did you mean '" + gadget_ + "'"), std::string::npos);
  EXPECT_NE(bench_.mark({"nowhere", "fixed"}).find("there is no bug 'nowhere'"), std::string::npos);
  EXPECT_NE(bench_.mark({gadget_, "duplicate-of", "nowhere"}).find("there is no bug 'nowhere'"), std::string::npos);
  EXPECT_EQ(bench_.cluster("gadget_put").mark, "");
}

TEST_F(StoreMarks, AllOrNone) {
  EXPECT_NE(bench_.mark({widget_, "fixed", "nowhere", "fixed"}), "");
  EXPECT_EQ(bench_.cluster("widget_poll").mark, "");
  EXPECT_EQ(bench_.mark({widget_, "fixed", gadget_, "ignore"}), "");
  EXPECT_EQ(bench_.cluster("widget_poll").mark, "fixed");
  EXPECT_EQ(bench_.cluster("gadget_put").mark, "ignore");
}

TEST_F(StoreMarks, DuplicatesDoNotGoRoundInACircle) {
  EXPECT_NE(bench_.mark({widget_, "duplicate-of", widget_}), "");
  EXPECT_EQ(bench_.mark({widget_, "duplicate-of", gadget_}), "");
  EXPECT_EQ(bench_.mark({gadget_, "duplicate-of", gizmo_}), "");
  EXPECT_NE(bench_.mark({gizmo_, "duplicate-of", widget_}), "");
}

TEST_F(StoreMarks, AMarkedBugStaysThoughItsCrashesAreGone) {
  EXPECT_EQ(bench_.mark({widget_, "fixed"}), "");
  StoreBench::Log changed = bench_.log("a", {});
  changed.record.digest = "other";
  bench_.run({changed});
  ASSERT_EQ(bench_.state().clusters.size(), 1);
  EXPECT_EQ(bench_.state().clusters[0].name, widget_);
}

}  // namespace
}  // namespace ktriage::test

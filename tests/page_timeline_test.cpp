#include "triage/page/page_timeline.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ktriage {
namespace {

TEST(PageTimeline, ReadsDates) {
  EXPECT_EQ(seconds_of("1970-01-01"), 0);
  EXPECT_EQ(seconds_of("2026-03-02T10:11:12Z"), 1772446272);
  EXPECT_EQ(seconds_of("2026-03-02T10:11:12.123Z"), 1772446272);
  EXPECT_EQ(seconds_of("1969-12-31T23:59:59Z"), -1);
  for (const char* text :
       {"", "2026", "2026-02-30", "2026-13-01", "26-03-02T00:00", "2026/03/02", "-026-01-01", "today"}) {
    EXPECT_EQ(seconds_of(text), std::nullopt) << text;
  }
}

struct Case {
  const char* first;
  const char* last;
  int bins;
  const char* unit;
  const char* label_of_last;
};

TEST(PageTimeline, ChoosesAWidthThatPeopleKnow) {
  for (const auto& [first, last, bins, unit, label] : std::vector<Case>{
           {"2026-03-02T10:11:12Z", "2026-03-02T10:11:12Z", 1, "minute", "2026-03-02 10:11"},
           {"2026-03-02T10:11:12Z", "2026-03-02T11:10:59Z", 60, "minute", "2026-03-02 11:10"},
           {"2026-03-02T10:11:12Z", "2026-03-02T11:11:00Z", 7, "10 minutes", "2026-03-02 11:10"},
           {"2026-03-01T00:00:00Z", "2026-03-02T23:00:00Z", 48, "hour", "2026-03-02 23:00"},
           {"2026-03-01T00:00:00Z", "2026-04-29T23:00:00Z", 60, "day", "2026-04-29"},
           {"2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", 53, "week", "2026-12-31"},
           {"0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", 11, "1,000 years", "9964-09-09"},
       }) {
    const TimeScale scale({*seconds_of(last), *seconds_of(first)});
    EXPECT_EQ(scale.bins(), bins) << first << " to " << last;
    EXPECT_EQ(scale.unit(), unit) << first << " to " << last;
    EXPECT_EQ(scale.bin_of(*seconds_of(first)), 0);
    EXPECT_EQ(scale.bin_of(*seconds_of(last)), bins - 1);
    EXPECT_EQ(scale.label(bins - 1), label);
  }
}

TEST(PageTimeline, OneBarIsNoTimeline) {
  const TimeScale scale({*seconds_of("2026-03-02T10:11:12Z")});
  EXPECT_EQ(timeline_html(scale, {{0, 5}}), "<p class=\"quiet\">All of them at 2026-03-02 10:11.</p>");
}

TEST(PageTimeline, SaysThatThereIsNone) {
  EXPECT_TRUE(TimeScale({}).empty());
  EXPECT_NE(timeline_html(TimeScale({}), {}).find("No log says"), std::string::npos);
}

}  // namespace
}  // namespace ktriage

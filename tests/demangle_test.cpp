#include "parser/demangle.h"

#include <gtest/gtest.h>

#include <string>

namespace ktriage {
namespace {

struct Case {
  const char* symbol;
  const char* name;
};

TEST(Demangle, GivesNamesAsPeopleWriteThem) {
  const Case cases[] = {
      {"vfs_read", "vfs_read"},
      {"_raw_spin_lock", "_raw_spin_lock"},
      {"_Z8fakeNameiii", "fakeName"},
      {"_ZN6widget4pollEv", "widget::poll"},
      {"_ZN4core9panicking9panic_fmt17h0123456789abcdefE", "core::panicking::panic_fmt"},
      {"_RNvNtCs9jEwPDbx20M_4core9panicking9panic_fmt", "core::panicking::panic_fmt"},
      {"_RNvXs1_CscPPBqWtAqum_6widgetNtB5_6WidgetNtNtCs43vyB533jt3_6kernel10miscdevice10MiscDevice4mmap",
       "<widget::Widget as kernel::miscdevice::MiscDevice>::mmap"},
      {"_ZN", "_ZN"},
      {"_R", "_R"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(demangle(c.symbol), c.name) << c.symbol;
}

TEST(Demangle, LeavesNamesThatStandForAbsurdlyLongOnes) {
  std::string doubling = "_Z1f1aI";
  for (int i = 0; i < 60; ++i) doubling += "S_S0_";
  EXPECT_EQ(demangle(doubling), doubling);
  const std::string long_name = "_Z" + std::string(4000, '9');
  EXPECT_EQ(demangle(long_name), long_name);
}

}  // namespace
}  // namespace ktriage

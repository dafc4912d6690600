// What takes its time: `ctest -L slow`.

#include <gtest/gtest.h>

#include "tiny_members.h"

namespace ktriage {
namespace {

TEST(InputArchiveSlow, ReadsAMillionTinyMembers) { expect_tiny_members_read(1'000'000); }

}  // namespace
}  // namespace ktriage

#include "tiny_members.h"

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "input_recorder.h"
#include "made_archive.h"

namespace ktriage {

void expect_tiny_members_read(size_t count) {
  const std::vector<MadeMember> members(count, {"tiny", "x\n"});
  for (const std::string format : {"pax", "zip", "7zip"}) {
    SCOPED_TRACE(format);
    const std::string data = make_archive(format, members, format == "pax" ? "gzip" : "");
    const auto start = std::chrono::steady_clock::now();
    const auto got = read_bytes_as_file(data);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << format << ": " << count << " members in " << seconds.count() << " s\n";
    EXPECT_EQ(got.logs.size() + got.passed.size(), count);
    EXPECT_GE(got.asked, count) << "not interruptible";
    EXPECT_TRUE(got.damages.empty()) << got.damages[0].second;
  }
}

}  // namespace ktriage

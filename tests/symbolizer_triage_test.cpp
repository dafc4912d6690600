// `ktriage triage --vmlinux`: many logs, some of them the pretend kernel's, as a user meets it.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli_process.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

using Json = nlohmann::json;

class TriageWithVmlinux : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_KERNEL();
    const auto symbolizer = open_symbolizer("vmlinux");
    nested_ = mention_of(symbolizer->vmlinux(), "in_innermost");
    sink_ = mention_of(symbolizer->vmlinux(), "after_sink");
    build_id_ = symbolizer->vmlinux().file().build_id();
  }

  /// A log of a crash at `pointer`; `version`: "6.99.0-pretend #1".
  std::string crash_at(const std::string& pointer, const std::string& version = "6.99.0-pretend #1") const {
    return "------------[ cut here ]------------\nkernel BUG at include/helper.h:5!\n"
           "CPU: 0 PID: 1 Comm: init Not tainted " +
           version + "\nRIP: 0010:" + pointer + "\nCall Trace:\n " + sink_ + "\n---[ end trace 0000000000000000 ]---\n";
  }
  void add_log(const std::string& name, const std::string& text) { write_file(directory_ / ("logs/" + name), text); }

  Ran triage(const std::vector<std::string>& more, const std::string& vmlinux = kernel_file("vmlinux")) {
    std::vector<std::string> arguments = {"triage"};
    if (!vmlinux.empty()) arguments.insert(arguments.end(), {"--vmlinux", vmlinux});
    arguments.insert(arguments.end(), more.begin(), more.end());
    Setting setting;
    setting.environment = {{"XDG_CACHE_HOME", directory_ / "cache"}};
    return run_ktriage(arguments, {}, setting);
  }
  static std::vector<Json> clusters_of(const Ran& ran) {
    std::vector<Json> out;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) out.push_back(Json::parse(line));
    return out;
  }

  std::string logs() const { return directory_ / "logs"; }

  TemporaryDirectory directory_;
  std::string nested_;  // "use_nested+0x12/0x34", within two inlined calls
  std::string sink_;    // "start_kernel+0x12/0x34", behind a call
  std::string build_id_;
};

TEST_F(TriageWithVmlinux, BugsHaveLines) {
  add_log("1.log", crash_at(nested_));
  add_log("2.log", crash_at(nested_, "6.99.0-pretend #1 " + build_id_));
  const Ran ran = triage({"--json", "--html", directory_ / "page.html", logs()});
  EXPECT_EQ(ran.exit, 1) << ran.err;
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  const auto clusters = clusters_of(ran);
  ASSERT_EQ(clusters.size(), 1U);
  const auto& cluster = clusters.front();
  EXPECT_EQ(cluster["count"], 2);
  const uint32_t line = line_of("lib/nested.c", "use_nested");
  EXPECT_EQ(cluster["guilty"]["function"], "use_nested");
  EXPECT_EQ(cluster["guilty"]["file"], "lib/nested.c");
  EXPECT_EQ(cluster["guilty"]["line"], line);
  const auto& frames = cluster["representative"]["crash"]["stacks"][0]["frames"];
  ASSERT_EQ(frames.size(), 4U) << frames.dump();
  EXPECT_EQ(frames[0]["function"], "innermost");
  EXPECT_EQ(frames[0]["inline"], true);
  EXPECT_EQ(frames[3]["line"], line_of("init/main.c", "start_sink"));
  EXPECT_NE(read_file(directory_ / "page.html").find("lib/nested.c"), std::string::npos);
}

TEST_F(TriageWithVmlinux, InliningDoesNotSplitABug) {
  // The same bug of another compiler's kernel, which inlined nothing: its frames are what ours are within use_nested().
  const std::string other = crash_at("innermost+0x5/0x10", "6.98.0-other #1");
  const std::string middle = "middle+0x9/0x20";
  const std::string with_calls = [&] {
    std::string text = other;
    return text.insert(text.find(" " + sink_), " " + middle + "\n use_nested+0x9/0x40\n");
  }();
  add_log("inlined.log", crash_at(nested_));
  add_log("called.log", with_calls);
  const auto apart = clusters_of(triage({"--json", logs()}, ""));
  const auto together = clusters_of(triage({"--json", logs()}));
  EXPECT_EQ(apart.size(), 2U);
  EXPECT_EQ(together.size(), 1U);
}

TEST_F(TriageWithVmlinux, OtherKernelsAreTriagedAndNotedOnce) {
  const std::string other_id = "0123456789abcdef0123456789abcdef01234567";
  for (const char number : {'1', '2', '3'}) add_log({number}, crash_at(nested_, "6.98.1-other #1"));
  add_log("4", crash_at(nested_, "6.99.0-pretend #1 " + other_id));
  const Ran ran = triage({"--json", logs()});
  EXPECT_EQ(ran.exit, 1);
  const auto clusters = clusters_of(ran);
  ASSERT_EQ(clusters.size(), 1U);
  EXPECT_EQ(clusters[0]["count"], 4);
  EXPECT_FALSE(clusters[0]["guilty"].contains("line"));
  EXPECT_EQ(ran.err.substr(0, ran.err.find('\n')),
            "ktriage: 4 crashes are left without source lines: 3 of Linux 6.98.1-other, 1 of Linux 6.99.0-pretend with "
            "build id " +
                other_id + ", but " + kernel_file("vmlinux") + " is Linux 6.99.0-pretend with build id " + build_id_ +
                "; --force takes it nevertheless");
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 2) << "the note and the summary: " << ran.err;

  const Ran forced = triage({"--json", "--force", logs()});
  EXPECT_EQ(clusters_of(forced)[0]["guilty"]["line"], line_of("lib/nested.c", "use_nested"));
  EXPECT_EQ(std::count(forced.err.begin(), forced.err.end(), '\n'), 1) << forced.err;
}

TEST_F(TriageWithVmlinux, ManyOtherKernelsAreNotAllNamed) {
  for (int i = 0; i < 9; ++i) {
    add_log(std::to_string(i), crash_at(nested_, "6." + std::to_string(i) + ".0-other #1"));
  }
  const Ran ran = triage({"--json", logs()});
  EXPECT_NE(ran.err.find("9 crashes are left"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("1 of Linux 6.3.0-other, and of 5 kernels more, but"), std::string::npos) << ran.err;
}

TEST_F(TriageWithVmlinux, ThreadsDoNotShow) {
  for (int i = 0; i < 40; ++i) {
    const std::string module = "[missing" + std::to_string(i % 3) + "]";
    const std::string pointer = i % 4 == 0 ? nested_ : i % 4 == 1 ? sink_ : "lost+0x1/0x2 " + module;
    add_log(std::to_string(i), crash_at(pointer, i % 5 == 0 ? "6.98.0-other #1" : "6.99.0-pretend #1"));
  }
  const Ran alone = triage({"--json", "--jobs", "1", logs()});
  EXPECT_NE(alone.err.find("missing2"), std::string::npos) << alone.err;
  EXPECT_GT(clusters_of(alone).size(), 3U);
  for (const char* jobs : {"2", "4"}) {
    const Ran ran = triage({"--json", "--jobs", jobs, logs()});
    EXPECT_EQ(ran.out, alone.out);
    EXPECT_EQ(ran.err, alone.err);
  }
}

TEST_F(TriageWithVmlinux, WhateverHappensToVmlinuxTheBugsAreListed) {
  add_log("1.log", crash_at(nested_));
  const std::string truncated = directory_ / "truncated";
  write_file(truncated, read_file(kernel_file("vmlinux")).substr(0, 9000));
  for (const std::string& vmlinux : {std::string("/nowhere/vmlinux"), truncated, kernel_file("vmlinux-no-debug")}) {
    const Ran ran = triage({"--json", logs()}, vmlinux);
    EXPECT_EQ(ran.exit, 3);
    EXPECT_EQ(clusters_of(ran).size(), 1U);
    EXPECT_NE(ran.err.find(vmlinux), std::string::npos) << ran.err;
  }
}

TEST_F(TriageWithVmlinux, TheDatabaseKeepsWhatItRead) {
  const std::string db = directory_ / "bugs.db";
  add_log("1.log", crash_at(sink_));
  EXPECT_FALSE(clusters_of(triage({"--json", "--db", db, logs()}, ""))[0]["guilty"].contains("line"));
  // The log is known, and not opened again.
  EXPECT_FALSE(clusters_of(triage({"--json", "--db", db, logs()}))[0]["guilty"].contains("line"));
  // A further crash has lines: it is the better one to look at, and the same bug.
  add_log("2.log", crash_at(sink_));
  const auto clusters = clusters_of(triage({"--json", "--db", db, logs()}));
  ASSERT_EQ(clusters.size(), 1U);
  EXPECT_EQ(clusters[0]["count"], 2);
  EXPECT_EQ(clusters[0]["guilty"]["file"], "init/main.c");

  const Ran useless = triage({"--db", db});
  EXPECT_EQ(useless.exit, 2);
  EXPECT_NE(useless.err.find("--vmlinux needs PATH"), std::string::npos) << useless.err;
}

}  // namespace
}  // namespace ktriage::test

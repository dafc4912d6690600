// `ktriage symbolize`, and --vmlinux elsewhere, as a user meets them: the real binary, run as a process.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli_process.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

class SymbolizeCommand : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_KERNEL();
    const auto symbolizer = open_symbolizer("vmlinux");
    nested_ = mention_of(symbolizer->vmlinux(), "in_innermost");
    sink_ = mention_of(symbolizer->vmlinux(), "after_sink");
    log_ =
        "Linux version 6.99.0-pretend (x) #1\n------------[ cut here ]------------\n"
        "kernel BUG at include/helper.h:5!\nCPU: 0 PID: 1 Comm: init Not tainted 6.99.0-pretend #1\nRIP: 0010:" +
        nested_ + "\nCode: 31 d2 <0f> 0b 5b\nCall Trace:\n " + sink_ + "\n---[ end trace 0000000000000000 ]---\n";
  }

  Ran run(std::vector<std::string> arguments) {
    Setting setting;
    setting.environment = {{"XDG_CACHE_HOME", directory_.path()}};
    return run_ktriage(arguments, log_, setting);
  }

  TemporaryDirectory directory_;
  std::string nested_;
  std::string sink_;
  std::string log_;
};

TEST_F(SymbolizeCommand, PrintsTheLogWithLines) {
  for (int round = 0; round < 2; ++round) {  // decoded, then from the cache
    const Ran ran = run({"symbolize", "--vmlinux", kernel_file("vmlinux")});
    EXPECT_EQ(ran.exit, 0);
    EXPECT_EQ(ran.err, "");
    std::string rest = log_;
    rest.replace(rest.find("RIP: 0010:"), 10 + nested_.size(),
                 "RIP: 0010:innermost " + at("include/helper.h", "innermost") + " [inline]\nRIP: 0010:middle " +
                     at("include/helper.h", "middle") + " [inline]\nRIP: 0010:" + nested_ + " " +
                     at("lib/nested.c", "use_nested"));
    rest.replace(rest.find(" " + sink_), 1 + sink_.size(), " " + sink_ + " " + at("init/main.c", "start_sink"));
    const size_t code = rest.find("Call Trace:");
    rest.insert(code,
                "   0:\t31 d2                \txorl %edx, %edx\n*  2:\t0f 0b                \tud2 <-- trapping "
                "instruction\n   4:\t5b                   \tpopq %rbx\n");
    EXPECT_EQ(ran.out, rest);
  }
  EXPECT_FALSE(std::filesystem::is_empty(directory_.path())) << "nothing was cached";
  EXPECT_EQ(run({"symbolize", "--no-code", "--vmlinux", kernel_file("vmlinux")}).out.find("trapping"),
            std::string::npos);
}

TEST_F(SymbolizeCommand, WhateverHappensToVmlinuxTheLogIsPrinted) {
  const std::string truncated = directory_ / "truncated";
  write_file(truncated, read_file(kernel_file("vmlinux")).substr(0, 9000));
  for (const auto& [vmlinux, message] :
       std::vector<std::pair<std::string, std::string>>{{"/nowhere/vmlinux", "/nowhere/vmlinux"},
                                                        {truncated, "truncated"},
                                                        {kernel_file("vmlinux-stripped"), "stripped"},
                                                        {kernel_file("vmlinux-no-debug"), "CONFIG_DEBUG_INFO"}}) {
    const Ran ran = run({"symbolize", "--vmlinux", vmlinux});
    EXPECT_EQ(ran.exit, 3) << vmlinux;
    EXPECT_EQ(ran.out, log_) << vmlinux;
    EXPECT_NE(ran.err.find(message), std::string::npos) << ran.err;
  }
}

TEST_F(SymbolizeCommand, RefusesAnotherKernelUnlessForced) {
  for (size_t at = log_.find("6.99.0"); at != std::string::npos; at = log_.find("6.99.0"))
    log_.replace(at, 6, "6.98.1");
  const Ran refused = run({"symbolize", "--vmlinux", kernel_file("vmlinux")});
  EXPECT_EQ(refused.exit, 3);
  EXPECT_EQ(refused.out, log_);
  EXPECT_NE(refused.err.find("6.98.1-pretend"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("6.99.0-pretend"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
  const Ran forced = run({"symbolize", "--force", "--vmlinux", kernel_file("vmlinux")});
  EXPECT_EQ(forced.exit, 0);
  EXPECT_NE(forced.out.find(at("init/main.c", "start_sink")), std::string::npos);
}

TEST_F(SymbolizeCommand, ACacheThatCannotBeIsSaidAndNoMatter) {
  Setting setting;
  setting.environment = {{"XDG_CACHE_HOME", "/proc/nowhere"}};
  const std::vector<std::string> arguments = {"symbolize", "--vmlinux", kernel_file("vmlinux")};
  const Ran ran = run_ktriage(arguments, log_, setting);
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.err,
            "ktriage: the cache /proc/nowhere/ktriage cannot be written: No such file or directory; next time all is "
            "decoded anew (--no-cache does without)\n");
  EXPECT_NE(ran.out.find(at("init/main.c", "start_sink")), std::string::npos);
  auto without = arguments;
  without.emplace_back("--no-cache");
  EXPECT_EQ(run_ktriage(without, log_, setting).err, "");
}

TEST_F(SymbolizeCommand, TheWholeIndexOnDemand) {
  const auto size_of_cache = [&] {
    uintmax_t size = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_ / "ktriage")) {
      if (entry.path().extension() == ".lines") size += entry.file_size();
    }
    return size;
  };
  const Ran first = run({"symbolize", "--vmlinux", kernel_file("vmlinux")});
  const auto needed = size_of_cache();
  EXPECT_EQ(run({"symbolize", "--index", "--vmlinux", kernel_file("vmlinux")}).out, first.out);
  const auto all = size_of_cache();
  EXPECT_GT(all, needed);
  EXPECT_EQ(run({"symbolize", "--index", "--vmlinux", kernel_file("vmlinux")}).out, first.out);
  EXPECT_EQ(size_of_cache(), all);
}

TEST_F(SymbolizeCommand, TheJsonOfParseAndWatchHasLines) {
  for (const char* command : {"parse", "watch"}) {
    const Ran ran = run({command, "--json", "--vmlinux", kernel_file("vmlinux")});
    EXPECT_EQ(ran.exit, 1);
    const auto crash = nlohmann::json::parse(ran.out);
    const auto& frames = crash["stacks"][0]["frames"];
    ASSERT_EQ(frames.size(), 4U) << frames.dump();
    EXPECT_EQ(frames[0]["function"], "innermost");
    EXPECT_EQ(frames[0]["inline"], true);
    EXPECT_EQ(frames[0]["line"], line_of("include/helper.h", "innermost"));
    EXPECT_EQ(frames[2]["file"], "lib/nested.c");
    EXPECT_EQ(frames[3]["line"], line_of("init/main.c", "start_sink"));
    EXPECT_EQ(crash["guilty"]["function"], "use_nested");
    EXPECT_EQ(crash["guilty"]["line"], line_of("lib/nested.c", "use_nested"));
    EXPECT_EQ(crash["guilty_file"], "init/main.c");  // lib/ works for its callers
    EXPECT_EQ(crash["code"]["disassembly"][1], "*  2:\t0f 0b                \tud2 <-- trapping instruction");
  }
}

TEST_F(SymbolizeCommand, ParseGoesOnWithoutAVmlinux) {
  const Ran ran = run({"parse", "--json", "--vmlinux", "/nowhere/vmlinux"});
  EXPECT_EQ(ran.exit, 3);
  EXPECT_EQ(nlohmann::json::parse(ran.out)["guilty"]["function"], "use_nested");
  EXPECT_NE(ran.err.find("/nowhere/vmlinux"), std::string::npos);
}

TEST_F(SymbolizeCommand, SourceLinesOfTheGuiltyFrame) {
  const Ran ran =
      run({"symbolize", "--vmlinux", kernel_file("vmlinux"), "--src", KTRIAGE_SOURCE_DIR "/tests/symbolizer_kernel"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  const std::string number = std::to_string(line_of("lib/nested.c", "use_nested"));
  EXPECT_NE(ran.out.find("use_nested lib/nested.c:" + number), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find(">      " + number + " | "), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("LINE(use_nested)"), std::string::npos);
}

TEST_F(SymbolizeCommand, MistakesExitWith2) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"symbolize", "--backend", "libwd"},
                                                                     {"symbolize", "--addr2line-timeout", "-1"},
                                                                     {"symbolize", "--vmlinx", "x"}}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.exit, 2) << arguments[1];
    EXPECT_NE(ran.err, "");
  }
}

}  // namespace
}  // namespace ktriage::test

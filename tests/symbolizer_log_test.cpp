// Logs in, the same logs with lines out: every other byte must stay.

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <thread>

#include "symbolizer/code_mention.h"
#include "symbolizer/log_symbolizer.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

class Log : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_KERNEL();
    SymbolizerOptions options;
    options.places.module_directories = {KTRIAGE_PRETEND_KERNEL};
    symbolizer_ = open_symbolizer("vmlinux", options, &warnings_);
    ASSERT_NE(symbolizer_, nullptr);
    nested_ = mention_of(symbolizer_->vmlinux(), "in_innermost");
    sink_ = mention_of(symbolizer_->vmlinux(), "after_sink");
  }

  std::unique_ptr<Symbolizer> symbolizer_;
  std::vector<std::string> warnings_;
  std::string nested_;  // "use_nested+0x12/0x34", within two inlined calls
  std::string sink_;    // "start_kernel+0x12/0x34", behind a call
};

TEST_F(Log, FramesGetLinesAndInlinedCallsAboveThem) {
  const std::string prefix = "[    1.234567][   T49] ";
  EXPECT_EQ(symbolized(symbolizer_.get(), prefix + "RIP: 0010:" + nested_ + "\n"),
            prefix + "RIP: 0010:innermost " + at("include/helper.h", "innermost") + " [inline]\n" +  //
                prefix + "RIP: 0010:middle " + at("include/helper.h", "middle") + " [inline]\n" +    //
                prefix + "RIP: 0010:" + nested_ + " " + at("lib/nested.c", "use_nested") + "\n");
  EXPECT_EQ(symbolized(symbolizer_.get(), prefix + " " + sink_ + "\n"),
            prefix + " " + sink_ + " " + at("init/main.c", "start_sink") + "\n");
  EXPECT_EQ(symbolized(symbolizer_.get(), prefix + " ? " + sink_ + "\r\n"),
            prefix + " ? " + sink_ + " " + at("init/main.c", "start_sink") + "\r\n");
}

TEST_F(Log, EveryShapeOfFrame) {
  const std::string place = " " + at("init/main.c", "start_sink");
  for (const auto& [before, behind] :
       std::vector<std::pair<std::string, std::string>>{{" ", ""},
                                                        {" [<ffffffff81000000>] ? ", ""},
                                                        {"[<0>] ", ""},
                                                        {"[c0002a3b] [c00013a4] ", " (unreliable)"},
                                                        {"[<c010b6fc>] (dump) from [<c010b9a8>] (", ")"},
                                                        {" dump from ", ""},
                                                        {"lr : ", ""},
                                                        {"LR is at ", ""},
                                                        {"BUG: KASAN: slab-use-after-free in ", ""},
                                                        {"#0: ffff888 (&lock){+.+.}-{3:3}, at: ", ""},
                                                        {"last  enabled at (123): [<ffffffff81000000>] ", ""},
                                                        {"\x1b[31m ", "\x1b[0m"}}) {
    std::string line = before;
    line += sink_;
    EXPECT_EQ(symbolized(symbolizer_.get(), line + behind), line + place + behind) << line;
  }
}

TEST_F(Log, LinesThatSayMoreThanAFrameGetNoLinesAbove) {
  const std::string line = "BUG: KASAN: slab-out-of-bounds in ";
  EXPECT_EQ(symbolized(symbolizer_.get(), line + nested_ + "\n"),
            line + nested_ + " " + at("lib/nested.c", "use_nested") + "\n");
}

TEST_F(Log, TheFaultIsLookedUpAsItIsAlsoWhereTheTraceRepeatsIt) {
  // Right behind the call: as a return address that is the call's line, as an instruction pointer it is not.
  const std::string pointer = symbolized(symbolizer_.get(), "pc : " + sink_ + "\n");
  EXPECT_NE(pointer, "pc : " + sink_ + " " + at("init/main.c", "start_sink") + "\n");
  const std::string both = symbolized(symbolizer_.get(), "pc : " + sink_ + "\nCall trace:\n " + sink_ + "\n");
  EXPECT_EQ(both, pointer + "Call trace:\n " + pointer.substr(5));
}

TEST_F(Log, ModulesAreFoundByName) {
  const auto file = ElfFile::open(kernel_file("widget.ko"));
  const SymbolTable symbols(file.value());
  const auto init = symbols.find("widget_init").front();
  char mention[100];
  std::snprintf(mention, sizeof(mention), " widget_init+0x%llx/0x%llx [widget",
                static_cast<unsigned long long>(marked_address(file.value(), "widget_init") + 1 - init.address),
                static_cast<unsigned long long>(init.distance));
  const std::string place = " " + at("drivers/widget.c", "widget_init");
  const std::string frame = mention;
  EXPECT_EQ(symbolized(symbolizer_.get(), frame + "]\n"), frame + "]" + place + "\n");
  const std::string with_id = frame + " " + file->build_id() + "]";
  EXPECT_EQ(symbolized(symbolizer_.get(), with_id + "\n"), with_id + place + "\n");
  EXPECT_TRUE(warnings_.empty()) << warnings_.front();
  const std::string other_id = frame + " 0123456789abcdef0123456789abcdef01234567]\n";
  EXPECT_EQ(symbolized(symbolizer_.get(), other_id), other_id);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_.front().find(file->build_id()), std::string::npos) << warnings_.front();
  EXPECT_NE(warnings_.front().find("0123456789abcdef"), std::string::npos) << warnings_.front();
}

TEST_F(Log, WhatIsNotKnownStaysByteForByte) {
  const std::string log =
      "plain text\n\n\r\n unknown+0x1/0x2\n +0x1/0x2\nfoo+0x1\nuse_nested+0x1/0x7777\n\xff\xfe\0+0x1/0x2\n"
      " start_kernel+0xffffffffffffffffff/0x1\n[ 1.0] use_nested+0x/0x10\nLinux version 6.99.0-pretend (x) #1\n"
      "Code: 00 zz <0f> 0b\nCode: \nlast line without an end";
  EXPECT_EQ(symbolized(symbolizer_.get(), log), log);
}

TEST_F(Log, SeveralThreadsMayUseOneSymbolizer) {
  const std::string log = " " + sink_ + "\nRIP: 0010:" + nested_ + "\n nowhere+0x1/0x2 [missing]\n";
  const std::string alone = symbolized(open_symbolizer("vmlinux").get(), log);
  std::vector<std::string> answers(4);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) answer = symbolized(symbolizer_.get(), log);
      CrashReport report;
      Frame frame;
      frame.function = parse_symbol(nested_)->function;
      frame.offset = parse_symbol(nested_)->offset;
      frame.size = parse_symbol(nested_)->size;
      frame.at_fault = true;
      report.stacks.emplace_back().frames = {frame};
      symbolizer_->symbolize(report);
      EXPECT_EQ(report.stacks.front().frames.size(), 3U);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) EXPECT_EQ(answer, alone);
  EXPECT_EQ(warnings_.size(), 1U) << "what was said by one thread is not said by another";
  EXPECT_EQ(symbolizer_->failures().at("its module is not to be had"), 4U * 50U);
}

std::string demangled(Symbolizer* symbolizer, std::string_view log) {
  std::string out;
  LogSymbolizerOptions options;
  options.demangle = true;
  LogSymbolizer symbolizing(symbolizer, options, [&](std::string_view text) { out += text; });
  symbolizing.push(log);
  symbolizing.finish();
  return out;
}

TEST_F(Log, NamesAreDemangledOnDemand) {
  for (const auto& [line, readable] : std::vector<std::pair<std::string, std::string>>{
           {"[    1.0][  T1]  _Z8fakeNameiii+0x49a/0x1a10\n", "[    1.0][  T1]  fakeName+0x49a/0x1a10\n"},
           {" ? _RNvNtCs9jEwPDbx20M_4core9panicking9panic_fmt+0x1/0x2 [mod]\r\n",
            " ? core::panicking::panic_fmt+0x1/0x2 [mod]\r\n"},
           {"RIP: 0010:_Z1fv+0x1/0x2", "RIP: 0010:f+0x1/0x2"},
           {"_Z8fakeNameiii without an offset\n", "_Z8fakeNameiii without an offset\n"}}) {
    EXPECT_EQ(demangled(nullptr, line), readable);
    EXPECT_EQ(demangled(symbolizer_.get(), line), readable);
    EXPECT_EQ(symbolized(symbolizer_.get(), line), line);
  }
  const std::string known = " " + sink_;
  EXPECT_EQ(demangled(symbolizer_.get(), known), symbolized(symbolizer_.get(), known));
}

TEST(PeerSuite, DemanglesTheSame) {
  const char* suite = std::getenv("KTRIAGE_PEER_SUITE");
  if (suite == nullptr) GTEST_SKIP() << "KTRIAGE_PEER_SUITE is not set";
  const std::string text = read_file(std::string(suite) + "/linux/symbolize/1");
  const size_t report = text.find("\nREPORT:\n");
  ASSERT_NE(report, std::string::npos);
  int changed = 0;
  std::istringstream log(text.substr(0, report));
  for (std::string line; std::getline(log, line);) {
    const std::string readable = demangled(nullptr, line);
    if (readable == line) continue;
    ++changed;
    // The report has printk's prefix taken off.
    const std::string message = readable.substr(readable.rfind("] ", readable.find("+0x")) + 2);
    EXPECT_NE(text.find("\n" + message + "\n", report), std::string::npos) << message;
  }
  EXPECT_EQ(changed, 3);
}

TEST_F(Log, ItsOwnOutputStays) {
  const std::string log = "RIP: 0010:" + nested_ + "\n " + sink_ + "\n";
  const std::string once = symbolized(symbolizer_.get(), log);
  EXPECT_NE(once, log);
  EXPECT_EQ(symbolized(symbolizer_.get(), once), once);
}

TEST_F(Log, ChunksMakeNoDifference) {
  const std::string log = "a\n " + sink_ + "\r\nRIP: 0010:" + nested_ + "\nb";
  std::string out;
  LogSymbolizer symbolizing(symbolizer_.get(), {}, [&](std::string_view text) { out += text; });
  for (const char c : log) symbolizing.push({&c, 1});
  symbolizing.finish();
  EXPECT_EQ(out, symbolized(symbolizer_.get(), log));
}

TEST_F(Log, AnotherKernelIsRefused) {
  const std::string log = "Linux version 6.1.0-other (x) #1\n " + sink_ + "\n";
  EXPECT_EQ(symbolized(symbolizer_.get(), log), log);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("6.1.0-other"), std::string::npos) << warnings_[0];
  EXPECT_NE(warnings_[0].find("6.99.0-pretend"), std::string::npos) << warnings_[0];
  // The next boot is of ours.
  const std::string second = log + "Linux version 6.99.0-pretend (x) #1\n " + sink_ + "\n";
  EXPECT_NE(symbolized(symbolizer_.get(), second), second);
}

TEST_F(Log, ABannerInAHexDumpIsNoBoot) {
  // kmemleak's dump of a leaked banner, 16 bytes a line (mm/kmemleak.c, hex_dump_object())
  const std::string log = "    4c 69 6e 75 78 20 76 65 72 73 69 6f 6e 20 36 2e  Linux version 6.\n " + sink_ + "\n";
  EXPECT_NE(symbolized(symbolizer_.get(), log), log);
  EXPECT_TRUE(warnings_.empty()) << warnings_[0];
}

TEST_F(Log, AnotherBuildIdIsRefused) {
  const std::string own = symbolizer_->vmlinux().file().build_id();
  const std::string other = "0123456789abcdef0123456789abcdef01234567";
  const std::string start = "CPU: 0 PID: 1 Comm: init Not tainted 6.99.0-pretend #1 ";
  const std::string log = start + other + "\n " + sink_ + "\n";
  EXPECT_EQ(symbolized(symbolizer_.get(), log), log);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find(own), std::string::npos) << warnings_[0];
  EXPECT_NE(warnings_[0].find(other), std::string::npos) << warnings_[0];
  const std::string same = start + own + "\n " + sink_ + "\n";
  EXPECT_NE(symbolized(symbolizer_.get(), same), same);
}

TEST_F(Log, ForceGoesOn) {
  SymbolizerOptions options;
  options.mismatch = Mismatch::GoOn;
  const auto forced = open_symbolizer("vmlinux", options, &warnings_);
  const std::string log = "Linux version 6.1.0-other (x) #1\n " + sink_ + "\n";
  EXPECT_NE(symbolized(forced.get(), log), log);
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(Log, BareAddressesAreRebased) {
  const uint64_t address = marked_address(symbolizer_->vmlinux().file(), "after_sink");
  const auto bare = [](uint64_t a) {
    char text[64];
    std::snprintf(text, sizeof(text), " [<%016llx>]", static_cast<unsigned long long>(a));
    return std::string(text);
  };
  const std::string place = " " + sink_ + " " + at("init/main.c", "start_sink");
  EXPECT_EQ(symbolized(symbolizer_.get(), bare(address) + "\n"), bare(address) + place + "\n");
  // KASLR: told by the kernel itself, or by a line that shows both name and address.
  const uint64_t slide = 0x1c000000;
  const std::string told = "Kernel Offset: 0x1c000000 from 0xffffffff81000000\n";
  EXPECT_EQ(symbolized(symbolizer_.get(), told + bare(address + slide) + "\n"),
            told + bare(address + slide) + place + "\n");
  const std::string both = bare(address + slide) + " " + sink_;
  EXPECT_EQ(symbolized(symbolizer_.get(), both + "\n" + bare(address + slide) + "\n"),
            both + " " + at("init/main.c", "start_sink") + "\n" + bare(address + slide) + place + "\n");
}

TEST_F(Log, AddressesOfAKernelWithoutKallsyms) {
  // lib/vsprintf.c, symbol_string(): %pS comes to the address.
  const auto& file = symbolizer_->vmlinux().file();
  const auto hex = [](uint64_t address) {
    char text[32];
    std::snprintf(text, sizeof(text), "0x%016llx", static_cast<unsigned long long>(address));
    return std::string(text);
  };
  const std::string prefix = "[    1.234567][   T49] ";
  const std::string sink = hex(marked_address(file, "after_sink"));
  for (const std::string frame : {" ", " ? "}) {
    EXPECT_EQ(symbolized(symbolizer_.get(), prefix + frame + sink + "\r\n"),
              prefix + frame + sink + " " + sink_ + " " + at("init/main.c", "start_sink") + "\r\n");
  }
  const std::string pointer = prefix + "RIP: 0010:";
  const std::string nested = hex(marked_address(file, "in_innermost"));
  EXPECT_EQ(symbolized(symbolizer_.get(), pointer + nested + "\n"),
            pointer + "innermost " + at("include/helper.h", "innermost") + " [inline]\n" + pointer + "middle " +
                at("include/helper.h", "middle") + " [inline]\n" + pointer + nested + " " + nested_ + " " +
                at("lib/nested.c", "use_nested") + "\n");
  for (const auto& line :
       std::vector<std::string>{"Memory at " + sink, " CR2: " + sink, " " + sink + " more", " 0x1234", " 0x",
                                "RIP: 0033:0xffffffff81000010", " 0xffffffffff000000"}) {
    EXPECT_EQ(symbolized(symbolizer_.get(), line), line);
  }
}

TEST_F(Log, ReportsGetFramesOfInlinedCallsAndAGuiltyPlace) {
  CrashReport report;
  Stack& stack = report.stacks.emplace_back();
  auto symbol = parse_symbol(nested_);
  Frame frame;
  frame.function = symbol->function;
  frame.offset = symbol->offset;
  frame.size = symbol->size;
  frame.at_fault = true;
  stack.frames = {frame};
  report.guilty = Guilty{"use_nested", {}, {}, 0, "test"};
  report.kernel.release = "6.99.0-pretend";
  CrashReport other = report;
  symbolizer_->symbolize(report);
  ASSERT_EQ(report.stacks.front().frames.size(), 3U);
  const auto& frames = report.stacks.front().frames;
  EXPECT_EQ(frames[0].function, "innermost");
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_EQ(frames[0].line, line_of("include/helper.h", "innermost"));
  EXPECT_FALSE(frames[0].offset.has_value());
  EXPECT_EQ(frames[2].function, "use_nested");
  EXPECT_FALSE(frames[2].inlined);
  EXPECT_EQ(frames[2].file, "lib/nested.c");
  EXPECT_EQ(report.guilty->file, "lib/nested.c");
  EXPECT_EQ(report.guilty->line, line_of("lib/nested.c", "use_nested"));

  const CrashReport once = report;
  symbolizer_->symbolize(report);
  EXPECT_EQ(report.stacks.front().frames.size(), once.stacks.front().frames.size()) << "a second time changes nothing";

  const CrashReport unknown = other;
  other.kernel.release = "6.1.0-other";
  symbolizer_->symbolize(other);
  EXPECT_EQ(other.stacks.front().frames.size(), 1U);
  EXPECT_EQ(other.guilty->line, 0U);
  EXPECT_EQ(warnings_.size(), 1U);

  other = unknown;
  other.kernel.build_id = "0123456789abcdef0123456789abcdef01234567";
  symbolizer_->symbolize(other);
  EXPECT_EQ(other.stacks.front().frames.size(), 1U);
  ASSERT_EQ(warnings_.size(), 2U);
  EXPECT_NE(warnings_[1].find(other.kernel.build_id), std::string::npos) << warnings_[1];
  EXPECT_NE(warnings_[1].find(symbolizer_->kernel().build_id), std::string::npos) << warnings_[1];
  other.kernel.build_id = symbolizer_->kernel().build_id;
  symbolizer_->symbolize(other);
  EXPECT_EQ(other.stacks.front().frames.size(), 3U);
}

TEST(Mentions, DoNotOverlap) {
  const std::string line = " a+0x1/0x2 <T as b::c>+0x3/0x4 d::e+0x5/0x6::f+0x7/0x8";
  size_t last = 0;
  for (const auto& mention : find_mentions(line)) {
    EXPECT_GE(mention.start, last);
    EXPECT_GT(mention.end, mention.start);
    last = mention.end;
  }
  EXPECT_GT(last, 0U);
}

TEST(Mentions, AreFoundWithTheirKind) {
  struct Case {
    const char* line;
    const char* function;  // null: no mention
    CodeName::Kind kind = CodeName::Kind::Return;
    bool is_frame = true;
  };
  for (const auto& [line, function, kind, is_frame] :
       std::vector<Case>{{" foo+0x1/0x2", "foo"},
                         {"[ 1.0][ T1]  ? foo.isra.0+0x1/0x2 [mod]", "foo.isra.0"},
                         {"RIP: 0010:foo+0x1/0x2", "foo", CodeName::Kind::Exact},
                         {"[ 1.0] EIP: foo+0x1/0x2", "foo", CodeName::Kind::Exact},
                         {"pc : foo+0x1/0x2", "foo", CodeName::Kind::Exact},
                         {"lr : foo+0x1/0x2", "foo", CodeName::Kind::Return, false},
                         {"NIP [c000000000000000] foo+0x1/0x2", "foo", CodeName::Kind::Exact},
                         {"LR [c000000000000000] foo+0x1/0x2", "foo"},
                         {"epc : foo+0x1/0x2", "foo", CodeName::Kind::Exact},
                         {"WARNING: CPU: 0 PID: 1 at a.c:1 foo+0x1/0x2", "foo", CodeName::Kind::Exact, false},
                         {"BUG: KFENCE: out-of-bounds read in foo+0x1/0x2", "foo", CodeName::Kind::Exact, false},
                         {"BUG: KFENCE: memory corruption in foo+0x1/0x2", "foo", CodeName::Kind::Return, false},
                         {" _RNvCs1234_7mycrate3foo+0x1/0x2", "_RNvCs1234_7mycrate3foo"},
                         {" foo+0x1/0x2 a.c:1", nullptr},
                         {" foo+0x1", nullptr},
                         {" +0x1/0x2", nullptr},
                         {"", nullptr}}) {
    const auto found = find_mentions(line);
    ASSERT_EQ(found.size(), function == nullptr ? 0U : 1U) << line;
    if (function == nullptr) continue;
    EXPECT_EQ(found[0].symbol.function, function) << line;
    EXPECT_EQ(found[0].kind, kind) << line;
    EXPECT_EQ(found[0].is_frame, is_frame) << line;
  }
}

}  // namespace
}  // namespace ktriage::test

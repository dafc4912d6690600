// Code: lines as instructions, also held against the peer's where its data is at hand (KTRIAGE_PEER_SUITE).

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "symbolizer/disassembler.h"
#include "tests/cli_process.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

std::string listing(std::string_view text, std::string_view arch, Boundaries known = {}) {
  const auto code = parse_machine_code(text, has_big_endian_code(arch));
  if (!code) return "no code";
  std::string out;
  for (const auto& instruction : disassemble(*code, arch, known)) {
    out += (instruction.trapping ? "*" : "") + std::to_string(instruction.offset) + ":" + instruction.text + "; ";
  }
  return out;
}

TEST(Disassembler, KnowsTheMachines) {
  for (const auto& [arch, text, expected] : std::vector<std::tuple<const char*, const char*, const char*>>{
           {"x86_64", "31 d2 <48> f7 f5 5b", "0:xorl %edx, %edx; *2:divq %rbp; 5:popq %rbx; "},
           {"i686", "<0f> 0b 5b", "*0:ud2; 2:popl %ebx; "},
           {"arm64", "d5384100 f9400000 (d4210000)", "0:mrs x0, sp_el0; 4:ldr x0, [x0]; *8:brk #0x800; "},
           {"arm", "e1a02000 (e5034020)", "0:mov r2, r0; *4:str r4, [r3, #-0x20]; "},
           {"arm", "b510 (de02)", "0:push {r4, lr}; *2:udf #2; "},
           {"ppc64le", "38600000 <0fe00000>", "0:li r3, 0; *4:twui r0, 0; "},
           {"m68k", "4e75", ""}}) {
    EXPECT_EQ(listing(text, arch), expected) << arch;
  }
}

TEST(Disassembler, FindsWhereInstructionsBegin) {
  // The first byte is the end of a call's displacement; read as an instruction it would be "std".
  EXPECT_EQ(listing("fd 4c 89 e2 31 d2 <48> f7 f5", "x86_64"), "1:movq %r12, %rdx; 4:xorl %edx, %edx; *6:divq %rbp; ");
  // The function begins two bytes before the trap: what stands before is another function's.
  EXPECT_EQ(listing("c3 90 31 d2 <48> f7 f5", "x86_64", {2}), "2:xorl %edx, %edx; *4:divq %rbp; ");
  // No chain meets the trap: from there on.
  EXPECT_EQ(listing("<0f> 0b", "x86_64"), "*0:ud2; ");
  // What the line's end cuts off is no instruction.
  EXPECT_EQ(listing("<0f> 0b e8 01", "x86_64"), "*0:ud2; ");
}

/// riscv64's instructions come from a program.
TEST(Disassembler, KnowsRiscvByObjdump) {
  if (std::system("riscv64-linux-gnu-objdump --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "riscv64-linux-gnu-objdump is not installed (binutils-riscv64-linux-gnu)";
  }
  for (const auto& [text, known, expected] : std::vector<std::tuple<const char*, Boundaries, const char*>>{
           // Compressed and full instructions, the trap a full one.
           {"8331 1793 0037 8f99 (3783) 0089 9002",
            {},
            "0:srl a4,a4,0xc; 2:sll a5,a4,0x3; 6:sub a5,a5,a4; *8:ld a5,8(s2); 12:ebreak; "},
           {"8082 1141 e422 0800 (9002) 1141",
            {},
            "0:ret; 2:add sp,sp,-16; 4:sd s0,8(sp); 6:add s0,sp,16; *8:ebreak; 10:add sp,sp,-16; "},
           // The first half-word is another instruction's second half: with it the chain would miss the trap.
           {"8493 (9002)", {}, "*2:ebreak; "},
           // What the line's end cuts off is no instruction.
           {"(9002) 8493", {}, "*0:ebreak; "},
           // The function begins two bytes before the trap.
           {"8082 1141 (9002)", {2}, "2:add sp,sp,-16; *4:ebreak; "}}) {
    EXPECT_EQ(listing(text, "riscv64", known), expected) << text;
  }
}

TEST(Disassembler, PassesOverWhatIsNoCode) {
  for (const char* text : {"", " ", "Bad RIP value.", "Unable to access opcode bytes at RIP 0x1.", "48 8", "48 <",
                           "48 <89", "48 zz", "4889 48", "<> 48", "123456789 48"}) {
    EXPECT_EQ(listing(text, "x86_64"), "no code") << text;
  }
}

/// offset → bytes, and which traps, of a block as objdump and we print it.
struct Listed {
  std::map<size_t, std::string> bytes;
  size_t trap = ~size_t{0};
};

Listed read_listing(std::istream& in) {
  static const std::regex row(R"(^([ *])\s*([0-9a-f]+):\t((?:[0-9a-f]{2,8} )+)\s*\t.*)");
  Listed out;
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    const size_t offset = std::stoul(match[2], nullptr, 16);
    out.bytes[offset] = match[3];
    if (match[1] == "*") out.trap = offset;
  }
  return out;
}

TEST(PeerSuite, DecompilesTheSame) {
  const char* suite = std::getenv("KTRIAGE_PEER_SUITE");
  if (suite == nullptr) GTEST_SKIP() << "KTRIAGE_PEER_SUITE is not set";
  int cases = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(suite) + "/linux/decompile")) {
    if (entry.path().extension() != ".in") continue;
    ++cases;
    std::istringstream expected_text(read_file(std::filesystem::path(entry.path()).replace_extension(".out")));
    const Listed expected = read_listing(expected_text);
    const Ran ran = run_ktriage({"parse", "--json"}, read_file(entry.path()));
    const auto code = nlohmann::json::parse(ran.out).value("code", nlohmann::json::object());
    const auto rows = code.value("disassembly", std::vector<std::string>());
    std::string ours;
    for (const auto& row : rows) ours += row + "\n";
    if (expected.bytes.empty()) {
      // Only user space's code; or a WARN's ud2, which the peer thinks not worth showing.
      EXPECT_TRUE(ours.empty() || ours.find("ud2 <-- trapping instruction") != std::string::npos) << entry.path();
      continue;
    }
    std::istringstream our_text(ours);
    const Listed found = read_listing(our_text);
    EXPECT_EQ(found.trap, expected.trap) << entry.path();
    // All that the peer shows but for the line's start, where it begins at the first byte and we look for a boundary.
    auto at = expected.bytes.begin();
    if (!found.bytes.empty()) at = expected.bytes.lower_bound(found.bytes.begin()->first);
    EXPECT_LE(at->first, expected.trap) << entry.path();
    for (; at != expected.bytes.end(); ++at) {
      const auto own = found.bytes.find(at->first);
      ASSERT_NE(own, found.bytes.end()) << entry.path() << " offset " << at->first;
      EXPECT_EQ(own->second.substr(0, own->second.find_last_not_of(' ') + 1),
                at->second.substr(0, at->second.find_last_not_of(' ') + 1))
          << entry.path();
    }
  }
  EXPECT_EQ(cases, 5);
}

}  // namespace
}  // namespace ktriage::test

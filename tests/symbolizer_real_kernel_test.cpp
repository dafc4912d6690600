// A real kernel, where one is at hand: KTRIAGE_VMLINUX names an unstripped vmlinux. tests/bench/symbolizer_agreement.py
// compares more thoroughly; this is for a quick look after a change.

#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "symbolizer/addr2line_tool.h"
#include "symbolizer/backend_choice.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

constexpr size_t kFunctions = 300;

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

/// "dev.c:12 < dev.c:40", innermost first; empty where any line is missing: one that knows less contradicts nothing.
std::string lines_of(Backend& backend, uint64_t address) {
  std::string out;
  for (const auto& frame : backend.look_up(address)) {
    if (frame.line == 0) return {};
    out += (out.empty() ? "" : " < ") + base_name(frame.file) + ":" + std::to_string(frame.line);
  }
  return out;
}

std::unique_ptr<Backend> open_backend(const ElfFile& file, BackendKind kind) {
  SymbolizerOptions options;
  options.backend = kind;
  auto backend = make_backend_factory(options)(file);
  return backend ? std::move(backend.value()) : nullptr;
}

TEST(RealKernel, BackendsAgree) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it
  const char* path = std::getenv("KTRIAGE_VMLINUX");
  if (path == nullptr) GTEST_SKIP() << "KTRIAGE_VMLINUX is not set";
  auto file = ElfFile::open(path);
  ASSERT_TRUE(file.ok()) << file.errors().front().to_string();
  std::vector<std::pair<uint64_t, uint64_t>> functions;  // address and size
  file->for_each_symbol([&](const ElfSymbol& symbol) {
    if (symbol.type == STT_FUNC && symbol.size > 1 && file->sections()[symbol.section].holds_code()) {
      functions.emplace_back(symbol.address, symbol.size);
    }
  });
  ASSERT_GT(functions.size(), kFunctions);
  const auto ours = open_backend(file.value(), BackendKind::Dwarf);
  ASSERT_NE(ours, nullptr);
  std::mt19937_64 random(1);
  std::shuffle(functions.begin(), functions.end(), random);
  functions.resize(kFunctions);
  for (const auto kind : {BackendKind::Libdw, BackendKind::Addr2line}) {
    if (kind == BackendKind::Addr2line) {
      // GNU's names wrong files now and then (symbolizing a DWARF 5 sequence's start), so it is no judge.
      const auto tool = find_addr2line(file->machine(), false);
      if (!tool || tool->kind == Addr2lineKind::Gnu) continue;
    }
    const auto other = open_backend(file.value(), kind);
    ASSERT_NE(other, nullptr);
    size_t compared = 0;
    for (const auto& [address, size] : functions) {
      const uint64_t at = address + random() % size;
      const std::string mine = lines_of(*ours, at);
      const std::string theirs = lines_of(*other, at);
      if (mine.empty() || theirs.empty()) continue;
      ++compared;
      EXPECT_EQ(mine, theirs) << other->name() << " at " << std::hex << at;
    }
    EXPECT_GT(compared, kFunctions / 2) << other->name();
  }
}

}  // namespace
}  // namespace ktriage::test

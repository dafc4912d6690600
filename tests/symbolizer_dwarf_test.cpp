// From addresses to lines: the pretend kernel, in every form that kernels come in, and each backend.

#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "symbolizer/addr2line_tool.h"
#include "symbolizer/source_path.h"
#include "tests/symbolizer_fixture.h"

namespace ktriage::test {
namespace {

std::string place(std::string_view function, std::string_view file, std::string_view mark) {
  return std::string(function) + " " + at(file, mark);
}

/// What must come out, whatever the form of the file.
void expect_right_answers(Symbolizer& symbolizer) {
  const auto& file = symbolizer.vmlinux().file();
  const auto exact = [&](std::string_view mark) {
    return to_text(symbolizer.resolve(marked_address(file, mark), CodeName::Kind::Exact));
  };
  EXPECT_EQ(exact("alpha_same"), place("same_name", "fs/alpha.c", "alpha_same"));
  EXPECT_EQ(exact("beta_same"), place("same_name", "fs/beta.c", "beta_same"));
  EXPECT_EQ(exact("in_innermost"), place("innermost", "include/helper.h", "innermost") + " [inline] < " +
                                       place("middle", "include/helper.h", "middle") + " [inline] < " +
                                       place("use_nested", "lib/nested.c", "use_nested"));
  // A return address belongs to the line of the call.
  EXPECT_EQ(to_text(symbolizer.resolve(marked_address(file, "after_sink"), CodeName::Kind::Return)),
            place("start_kernel", "init/main.c", "start_sink"));
}

class Forms : public testing::TestWithParam<const char*> {};

TEST_P(Forms, TellTheSame) {
  SKIP_WITHOUT_KERNEL();
  if (kernel_file(GetParam()).empty()) GTEST_SKIP() << GetParam() << " was not built: no clang";
  const auto symbolizer = open_symbolizer(GetParam());
  ASSERT_NE(symbolizer, nullptr);
  expect_right_answers(*symbolizer);
}

INSTANTIATE_TEST_SUITE_P(Dwarf, Forms,
                         testing::Values("vmlinux", "vmlinux-dwarf4", "vmlinux-dwarf64", "vmlinux-clang",
                                         "vmlinux-zlib", "vmlinux-zdebug", "vmlinux-zstd", "vmlinux-no-aranges"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class Tools : public testing::TestWithParam<const char*> {};

TEST_P(Tools, TellTheSame) {
  SKIP_WITHOUT_KERNEL();
  if (!identify_addr2line(GetParam())) GTEST_SKIP() << GetParam() << " is not installed";
  SymbolizerOptions options;
  options.backend = BackendKind::Addr2line;
  options.addr2line = GetParam();
  const auto symbolizer = open_symbolizer("vmlinux", options);
  ASSERT_NE(symbolizer, nullptr);
  expect_right_answers(*symbolizer);
}

INSTANTIATE_TEST_SUITE_P(Addr2line, Tools,
                         testing::Values("addr2line", "eu-addr2line", "llvm-addr2line", "llvm-addr2line-14"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Backends, LibdwTellsTheSame) {
  SKIP_WITHOUT_KERNEL();
  SymbolizerOptions options;
  options.backend = BackendKind::Libdw;
  const auto symbolizer = open_symbolizer("vmlinux", options);
  ASSERT_NE(symbolizer, nullptr);
  expect_right_answers(*symbolizer);
}

TEST(Backends, CheckFindsNothingToSay) {
  SKIP_WITHOUT_KERNEL();
  SymbolizerOptions options;
  options.backend = BackendKind::Check;
  if (!find_addr2line(EM_X86_64, false)) GTEST_SKIP() << "no addr2line is installed";
  std::vector<std::string> warnings;
  auto symbolizer = open_symbolizer("vmlinux", options, &warnings);
  ASSERT_NE(symbolizer, nullptr);
  expect_right_answers(*symbolizer);
  symbolizer.reset();
  ASSERT_EQ(warnings.size(), 1U) << warnings.front();
  EXPECT_TRUE(warnings.front().starts_with("check: 0 of ")) << warnings.front();
}

TEST(Resolve, SizeChoosesAmongFunctionsOfOneName) {
  SKIP_WITHOUT_KERNEL();
  const auto symbolizer = open_symbolizer("vmlinux");
  ASSERT_NE(symbolizer, nullptr);
  const auto candidates = symbolizer->vmlinux().symbols().find("same_name");
  ASSERT_EQ(candidates.size(), 2U);
  ASSERT_NE(candidates[0].distance, candidates[1].distance) << "the fixture is to have two sizes";
  for (const auto& candidate : candidates) {
    const auto resolution = symbolizer->resolve({"same_name", 1, candidate.distance, {}, {}, CodeName::Kind::Exact});
    ASSERT_EQ(resolution.chains.size(), 1U);
    EXPECT_EQ(resolution.chains.front(),
              symbolizer->resolve(candidate.address + 1, CodeName::Kind::Exact).chains.front());
  }
}

TEST(Resolve, TwinsAreAllShown) {
  SKIP_WITHOUT_KERNEL();
  const auto symbolizer = open_symbolizer("vmlinux");
  ASSERT_NE(symbolizer, nullptr);
  const auto candidates = symbolizer->vmlinux().symbols().find("twin");
  ASSERT_EQ(candidates.size(), 2U);
  const auto offset = marked_address(symbolizer->vmlinux().file(), "alpha_twin") - candidates[0].address;
  EXPECT_EQ(to_text(symbolizer->resolve({"twin", offset, candidates[0].distance, {}, {}, CodeName::Kind::Exact})),
            place("twin", "fs/alpha.c", "alpha_twin") + " or " + place("twin", "fs/beta.c", "beta_twin"));
}

TEST(Resolve, AnotherSizeIsAnotherKernel) {
  SKIP_WITHOUT_KERNEL();
  const auto symbolizer = open_symbolizer("vmlinux");
  const CodeName name{"use_nested", 1, 0x7777, {}, {}, CodeName::Kind::Exact};
  EXPECT_EQ(to_text(symbolizer->resolve(name)), "another size than the log says");
  SymbolizerOptions options;
  options.mismatch = Mismatch::GoOn;
  const auto forced = open_symbolizer("vmlinux", options);
  EXPECT_FALSE(forced->resolve(name).chains.empty());
}

TEST(Resolve, SaysWhyItDoesNotKnow) {
  SKIP_WITHOUT_KERNEL();
  const auto symbolizer = open_symbolizer("vmlinux");
  EXPECT_EQ(to_text(symbolizer->resolve({"no_such_function", 1, 2, {}, {}, CodeName::Kind::Return})), "no such symbol");
  // Built without -g: found, but without a line. The name may lack the compiler's suffix.
  for (const char* name : {"asm_only", "suffixed", "suffixed.isra.0"}) {
    EXPECT_EQ(to_text(symbolizer->resolve({name, 1, {}, {}, {}, CodeName::Kind::Exact})), "no line information")
        << name;
  }
  EXPECT_EQ(to_text(symbolizer->resolve({"f", 1, 2, "no_such_module", {}, CodeName::Kind::Return})),
            "its module is not to be had");
}

// As Debian's 6.12 prints them: what stands before __pfx_con_init is over there.
TEST(Resolve, PaddingSymbolsEndFunctions) {
  SKIP_WITHOUT_KERNEL();
  const auto symbolizer = open_symbolizer("vmlinux");
  const auto& symbols = symbolizer->vmlinux().symbols();
  const auto before = symbols.find("asm_only");
  const auto after = symbols.find("suffixed.isra.0");
  ASSERT_EQ(before.size(), 1U);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(before.front().distance, after.front().address - before.front().address - 16);
  EXPECT_EQ(symbols.at(after.front().address - 1)->name, "__pfx_suffixed");
  // A pointer to the function, seen as a return address.
  EXPECT_EQ(to_text(symbolizer->resolve({"__pfx_suffixed", 16, 16, {}, {}, CodeName::Kind::Return})),
            "padding before a function");
}

TEST(Modules, SectionsHaveAddressesOfTheirOwn) {
  SKIP_WITHOUT_KERNEL();
  for (const auto backend : {BackendKind::Dwarf, BackendKind::Libdw, BackendKind::Addr2line}) {
    SymbolizerOptions options;
    options.backend = backend;
    options.places.module_directories = {KTRIAGE_PRETEND_KERNEL};
    if (backend == BackendKind::Addr2line && !find_addr2line(EM_X86_64, true)) continue;
    const auto symbolizer = open_symbolizer("vmlinux", options);
    ASSERT_NE(symbolizer, nullptr);
    const auto file = ElfFile::open(kernel_file("widget.ko"));
    const SymbolTable symbols(file.value());
    for (const auto& [function, mark] : std::vector<std::pair<const char*, const char*>>{
             {"widget_poll", "widget_text"}, {"widget_init", "widget_init"}, {"widget_exit", "widget_exit"}}) {
      const auto found = symbols.find(function);
      ASSERT_EQ(found.size(), 1U);
      const uint64_t offset = marked_address(file.value(), mark) - found.front().address;
      EXPECT_EQ(
          to_text(symbolizer->resolve({function, offset, found.front().distance, "widget", {}, CodeName::Kind::Exact})),
          place(function, "drivers/widget.c", mark))
          << static_cast<int>(backend);
    }
  }
}

// As 6.12 prints them: "calling  cryptd_init+0x0/0xff0 [cryptd]", though that function has 0x10 bytes.
TEST(Modules, LastFunctionsReachToWhatIsLoadedBehindThem) {
  SKIP_WITHOUT_KERNEL();
  const auto file = ElfFile::open(kernel_file("widget.ko"));
  const SymbolTable symbols(file.value());
  const auto* text = file->find_section(".text");
  const auto* exit = file->find_section(".exit.text");
  const uint64_t exit_start = (text->size + exit->alignment - 1) / exit->alignment * exit->alignment;
  ASSERT_LT(exit_start + exit->size, 4096U);
  EXPECT_EQ(symbols.find("widget_poll").front().distance, exit_start);
  EXPECT_EQ(symbols.find("widget_exit").front().distance, 4096 - exit_start);
  EXPECT_EQ(symbols.find("widget_init").front().distance, 4096U);
}

TEST(SourcePaths, AreTidied) {
  for (const auto& [path, tidy] : std::vector<std::pair<const char*, const char*>>{{"a/b/../c", "a/c"},
                                                                                   {"./a//b/./c", "a/b/c"},
                                                                                   {"/a/../../b", "/b"},
                                                                                   {"../../a", "../../a"},
                                                                                   {"a/../..", ".."},
                                                                                   {"", ""},
                                                                                   {"/", "/"},
                                                                                   {"a/b/../../c", "c"},
                                                                                   {"../a/../../b", "../../b"},
                                                                                   {"a/..", ""},
                                                                                   {"/a/b/", "/a/b"}}) {
    EXPECT_EQ(tidy_path(path), tidy) << path;
  }
}

TEST(SourcePaths, AreShortenedBelowTheTree) {
  SourceRoots roots;
  roots.learn("/build/linux-6.12/init/main.c", "init/main.c");
  roots.learn("/elsewhere/arch/x86/entry/entry_64.S", "arch/x86/entry/entry_64.S");
  roots.learn("init/main.c", "init/main.c");
  roots.learn("/init/main.c", "init/main.c");
  roots.learn("/other/main.c", "init/main.c");
  EXPECT_EQ(roots.shorten("/build/linux-6.12/net/core/dev.c"), "net/core/dev.c");
  EXPECT_EQ(roots.shorten("/build/linux-6.1/net/core/dev.c"), "/build/linux-6.1/net/core/dev.c");
  EXPECT_EQ(roots.shorten("/elsewhere/arch/x86/lib/memcpy_64.S"), "arch/x86/lib/memcpy_64.S");
  EXPECT_EQ(roots.shorten("/other/fs/a.c"), "/other/fs/a.c");
  EXPECT_EQ(roots.shorten("init/main.c"), "init/main.c");
}

}  // namespace
}  // namespace ktriage::test

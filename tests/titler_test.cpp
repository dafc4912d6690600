// Titler: how a rule makes a title, how titles are kept stable, and what type and severity follow from them. What the
// default rules say is tested by their own examples; here is what the engine does with rules.

#include "parser/titler.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/corruption.h"
#include "rules/pack_loader.h"

namespace ktriage {
namespace {

constexpr std::string_view kRules = R"(
families:
  - name: oops
    triggers: ['OOPS:', 'Oops -']
    rules:
      - id: two-lines
        match: ['OOPS: torn', 'detail (?P<what>[a-z]+)']
        title: 'torn {what}'
        needs_trace: false
      - id: required
        match: ['OOPS: (?P<what>guarded .*)']
        require: ['^witness']
        title: 'witnessed {what}'
        needs_trace: false
      - id: framed
        match: ['OOPS: (?P<kind>[a-z]+) fault']
        title: '{kind} fault in {frame}'
        alt: ['bad-access in {frame}']
        frame: {from: [ip, trace], skip: [machinery]}
      - id: named
        match: ['OOPS: in {func}.*and {func2}']
        title: 'pair {func} / {func2} in {frame}'
        frame: {from: [title], skip: [machinery]}
        needs_trace: false
      - id: waiting
        match: ['OOPS: hung']
        title: 'hung in {frame}'
        frame: {from: [trace], skip: [machinery], buckets: waits}
      - id: maybe
        match: ['OOPS: maybe']
        title: 'maybe {frame}'
        frame: {from: [trace], optional: true}
        needs_trace: false
      - id: never
        match: ['OOPS: never']
        title: 'never'
        corrupted: 'by its form'
      - id: text
        match: ['OOPS: say (?P<rest>.*)']
        title: '{rest}'
        needs_trace: false
lists:
  - {name: machinery, why: test, frames: ['^die$', '^report_', 'memcpy']}
buckets:
  - {name: waits, why: test, buckets: [{frame: '^synchronize_', as: synchronize_rcu}]}
console:
  instruction_pointers: ['^RIP: [0-9a-f]{4}:(?P<frame>.*)']
  stack_headers: [{line: '^Call Trace:', role: crash}]
  corrupted_titles: [' \[ *[0-9]+\.[0-9]+\] ']
frame_prefixes: ['__do_', 'sys_', '__x64_']
)";

/// The rules above with the default pack's way to keep titles stable.
const RulePack& pack() {
  static const RulePack loaded = [] {
    std::vector<RuleSource> files = {{"test.yaml", kRules}};
    for (const auto& file : default_rule_sources()) {
      if (file.name.ends_with("01-titles.yaml")) files.push_back(file);
    }
    auto result = load_pack(files, Validation::Trusted);
    if (!result) throw std::logic_error(result.errors().front().to_string());
    return std::move(result.value());
  }();
  return loaded;
}

Title name(std::string text) {
  const ReportText report(std::move(text), pack().console);
  Title title = Titler(pack()).name(pack().families.front(), report);
  return title;
}

struct Case {
  std::string text;
  std::string title;
  std::string frame;
  std::string corrupted;
  std::vector<std::string> alt_titles = {};
};

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    const Title title = name(c.text);
    EXPECT_EQ(title.title, c.title) << c.text;
    EXPECT_EQ(title.frame, c.frame) << c.text;
    EXPECT_EQ(title.corrupted_reason, c.corrupted) << c.text;
    EXPECT_EQ(title.alt_titles, c.alt_titles) << c.text;
  }
}

TEST(Titler, TheFirstRuleThatFitsNamesTheCrash) {
  check({
      {"OOPS: torn\nx\ndetail abc\n", "torn abc", "", ""},  // the second pattern on any later line
      {"OOPS: torn detail abc\n", "torn abc", "", ""},      // or on the same one
      {"OOPS: guarded x\nwitness\n", "witnessed guarded x", "", ""},
      {"OOPS: say hello\n", "hello", "", ""},
      {"Oops - first\nOOPS: say hello\n", "hello", "", ""},  // at a later trigger line, if the first fits no rule
  });
}

TEST(Titler, WithoutARuleTheLineIsTheTitle) {
  const std::string reason(kCorruptedNoRule);
  check({
      {"OOPS: unheard of\n", "OOPS: unheard of", "", reason},
      {"xyz: OOPS: unheard of\n", "OOPS: unheard of", "", reason},  // from the trigger on
      {"OOPS: torn\n", "OOPS: torn", "", reason},                   // the second line of the form is missing
      {"OOPS: guarded x\n", "OOPS: guarded x", "", reason},         // the required line is missing
  });
}

TEST(Titler, FramesComeFromTheWalk) {
  check({
      {"OOPS: page fault\nRIP: 0010:f+0x1/0x2\nCall Trace:\n g+0x1/0x2\n",
       "page fault in f",
       "f",
       "",
       {"bad-access in f"}},
      {"OOPS: page fault\nRIP: 0010:memcpy+0x1/0x2\nCall Trace:\n die+0x1/0x2\n g+0x1/0x2\n",
       "page fault in g",
       "g",
       "",
       {"bad-access in g"}},
      {"OOPS: page fault\nRIP: 0010:f.isra.0+0x1/0x2\nCall Trace:\n g+0x1/0x2\n",
       "page fault in f",
       "f",
       "",
       {"bad-access in f"}},
      {"OOPS: page fault\nCall Trace:\n ? f+0x1/0x2\n g+0x1/0x2\n", "page fault in g", "g", "", {"bad-access in g"}},
      {"OOPS: in report_x and f\n", "pair report_x / f in f", "f", ""},
      {"OOPS: maybe\n", "maybe", "", ""},
  });
}

TEST(Titler, PrefixesAndBucketsGiveAlternatives) {
  check({
      {"OOPS: page fault\nRIP: 0010:__x64_sys_read+0x1/0x2\nCall Trace:\n g+0x1/0x2\n",
       "page fault in sys_read",
       "sys_read",
       "",
       {"bad-access in __x64_sys_read", "bad-access in sys_read",
        "page fault in __x64_sys_read"}},  // each taken off once, in order
      {"OOPS: page fault\nRIP: 0010:__do_sys_read+0x1/0x2\nCall Trace:\n g+0x1/0x2\n",
       "page fault in read",
       "read",
       "",
       {"bad-access in __do_sys_read", "bad-access in read", "bad-access in sys_read", "page fault in __do_sys_read",
        "page fault in sys_read"}},
      {"OOPS: page fault\nRIP: 0010:sys_+0x1/0x2\nCall Trace:\n g+0x1/0x2\n",
       "page fault in sys_",
       "sys_",
       "",
       {"bad-access in sys_"}},
      {"OOPS: hung\nCall Trace:\n synchronize_srcu+0x1/0x2\n",
       "hung in synchronize_rcu",
       "synchronize_rcu",
       "",
       {"hung in synchronize_srcu"}},
  });
}

TEST(Titler, Corruption) {
  check({
      {"OOPS: page fault\nCall Trace:\n die+0x1/0x2\n",
       "page fault in corrupted",
       "corrupted",
       std::string(kCorruptedNoFrame),
       {"bad-access in corrupted"}},
      {"OOPS: page fault\nRIP: 0010:f+0x1/0x2\n", "page fault in f", "f", "no stack trace", {"bad-access in f"}},
      {"OOPS: page fault\nRIP: 0010:f+0x1/0x2\nCall Trace:\n",
       "page fault in f",
       "f",
       "a stack header has no frame below it",
       {"bad-access in f"}},
      {"OOPS: never\n", "never", "", "by its form"},
      {"OOPS: say a [ 12.5] b\n", "a [ NUM.NUM] b", "", "the title is torn"},
  });
}

TEST(Titler, TellsWhatItPassedOver) {
  const Title title = name("OOPS: page fault\nRIP: 0010:memcpy+0x1/0x2\nCall Trace:\n report_x+0x1/0x2\n g+0x1/0x2\n");
  ASSERT_EQ(title.skipped.size(), 2U);
  EXPECT_EQ(title.skipped[0].function, "memcpy");
  EXPECT_EQ(title.skipped[1].function, "report_x");
  EXPECT_EQ(title.skipped[1].list, "machinery");
  EXPECT_EQ(title.skipped[1].entry, "^report_");
  ASSERT_NE(title.rule, nullptr);
  EXPECT_EQ(title.rule->id, "framed");
  EXPECT_EQ(title.line, 0U);
}

TEST(Titler, TitlesAreStable) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"at ffff888012345678 here", "at ADDR here"},
      {"at 0x1234 here", "at ADDR here"},
      {"12 things of 345", "NUM things of NUM"},
      {"1 2 3 4", "NUM NUM NUM NUM"},
      {"error -22", "error -NUM"},
      {"ext4_x2 uses md5 and 64bit", "ext4_x2 uses md5 and 64bit"},  // digits of names stay
      {"loop12345678x", "loopNUMx"},                                 // but for seven and more
      {"CPU#3 stuck", "CPU stuck"},
      {"from 192.168.0.1 now", "from IP now"},
      {"at fs/ext4/inode.c:123 now", "at fs/ext4/inode.c:LINE now"},
      {"at mm/slab.h:12:7", "at mm/slab.h:LINE"},
      {"in f+0x1/0x2 now", "in f now"},
      {"by syz-executor.3", "by syz-executor"},
      {"by syz-executor12", "by syz-executor"},
      {"  two   blanks\tand a tab  ", "two blanks and a tab"},
      {"with \x07 a bell\x7f", "with a bell"},
      {std::string(200, 'x'), std::string(120, 'x')},
  };
  for (const auto& [rest, title] : cases) EXPECT_EQ(name("OOPS: say " + rest + "\n").title, title) << rest;
}

TEST(Titler, TypeAndSeverityFollowFromTheTitle) {
  const Titler titler(pack());
  struct TypeCase {
    const char* title;
    const char* type;
  };
  // In the order of gravity, gravest first; a blank line between groups of the same gravity.
  const std::vector<std::vector<TypeCase>> groups = {
      {{"KASAN: invalid-free in f", "KASAN-INVALID-FREE"},
       {"KASAN: double-free in f", "KASAN-INVALID-FREE"},
       {"KFENCE: invalid free in f", "KFENCE-INVALID-FREE"}},

      {{"KASAN: slab-use-after-free Write in f", "KASAN-USE-AFTER-FREE-WRITE"},
       {"KASAN: slab-out-of-bounds Write in f", "KASAN-WRITE"},
       {"KFENCE: use-after-free write in f", "KFENCE-USE-AFTER-FREE-WRITE"}},

      {{"KFENCE: memory corruption in f", "KFENCE-MEMORY-CORRUPTION"},
       {"BUG: unable to handle kernel paging request in f", "MEMORY_SAFETY_BUG"},
       {"BUG: corrupted list in f", "MEMORY_SAFETY_BUG"}},

      {{"KASAN: use-after-free Read in f", "KASAN-USE-AFTER-FREE-READ"},
       {"KASAN: slab-out-of-bounds Read in f", "KASAN-READ"},
       {"KFENCE: out-of-bounds read in f", "KFENCE-READ"},
       {"KMSAN: use-after-free in f", "KMSAN-USE-AFTER-FREE-READ"}},

      {{"UBSAN: array-index-out-of-bounds in f", "MEMORY_SAFETY_UBSAN"}},
      {{"KCSAN: assert: race in f", "KCSAN-ASSERT"}},
      {{"WARNING: refcount bug in f", "REFCOUNT_WARNING"}},
      {{"BUG: unable to handle kernel NULL pointer dereference in f", "NULL-POINTER-DEREFERENCE"},
       {"KASAN: null-ptr-deref Read in f", "KASAN-NULL-POINTER-DEREFERENCE-READ"}},
      {{"KMSAN: kernel-infoleak in f", "KMSAN-INFO-LEAK"}},
      {{"KMSAN: uninit-value in f", "KMSAN-UNINIT-VALUE"}},
      {{"UBSAN: shift-out-of-bounds in f", "UBSAN"}},
      {{"kernel BUG in f", "BUG"}, {"WARNING in f", "WARNING"}},
      {{"KCSAN: data-race in f / g", "KCSAN-DATARACE"}},
      {{"BUG: sleeping function called from invalid context in f", "ATOMIC_SLEEP"}},
      {{"possible deadlock in f", "LOCKDEP"}, {"WARNING: suspicious RCU usage in f", "LOCKDEP"}},
      {{"memory leak in f", "LEAK"}},
      {{"general protection fault in f", "DoS"}, {"kernel panic: x", "DoS"}},
      {{"INFO: task hung in f", "HANG"}, {"BUG: soft lockup in f", "HANG"}, {"INFO: rcu detected stall in f", "HANG"}},
      {{"unexpected kernel reboot", "REBOOT"}, {"SYZFAIL: x", "SYZ_FAILURE"}},
      {{"something nobody has heard of", ""}},
  };
  int above = 1000;
  for (const auto& group : groups) {
    const int severity = titler.severity_of(titler.type_of(group.front().title));
    EXPECT_LT(severity, above) << group.front().title;
    above = severity;
    for (const auto& [title, type] : group) {
      EXPECT_EQ(titler.type_of(title), type) << title;
      EXPECT_EQ(titler.severity_of(type), severity) << title;
    }
  }
  EXPECT_EQ(above, 0);
}

}  // namespace
}  // namespace ktriage

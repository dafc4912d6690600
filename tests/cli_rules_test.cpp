// `ktriage rules` as a user meets it.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cli_process.h"
#include "tests/cli_samples.h"

namespace ktriage::test {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view kWidgetRules = R"(about: pretend rules
families:
  - name: widget
    triggers: ['widget: FATAL']
    rules:
      - id: widget.fatal
        match: ['widget: FATAL: (?P<kind>\w+) in {func}']
        title: 'widget {kind} in {frame}'
        frame: {from: [title, trace], skip: [common]}
        examples:
          - title: 'widget overrun in widget_poll'
            log: |
              widget: FATAL: overrun in memcpy+0x1d/0x40
              Call Trace:
               widget_poll+0x4c/0x90
)";

/// kWidgetRules with `from` replaced by `to`.
std::string changed(std::string_view from, std::string_view to) {
  std::string text(kWidgetRules);
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(RulesCheck, TheBuiltInRulesHold) {
  const Ran ran = run_ktriage({"rules", "check"});
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_TRUE(contains(ran.out, " examples, 0 problems\n")) << ran.out;
}

TEST(RulesCheck, MistakesAreToldWithFileAndLine) {
  struct Case {
    std::string rules;
    int line;
    std::string says;
  };
  for (const auto& [rules, line, says] : std::vector<Case>{
           {changed("(?P<kind>\\w+)", "(?P<kind>\\w+"), 6, "bad pattern"},
           {changed("title: 'widget {kind}", "titl: 'widget {kind}"), 8, "unknown key 'titl'; did you mean 'title'?"},
           {changed("skip: [common]", "skip: [comon]"), 6, "no frame list is called 'comon'"},
           {changed("{kind} in", "{sort} in"), 6, "no pattern has a group 'sort'"},
           {changed("'widget overrun in widget_poll'", "'widget overrun in memcpy'"), 11,
            "title: expected 'widget overrun in memcpy', got 'widget overrun in widget_poll'"},
           {changed("log: |", "frame: memcpy\n            log: |"), 11, "frame: expected 'memcpy', got 'widget_poll'"},
           {changed("log: |", "corrupted: true\n            log: |"), 11, "corrupted: expected true, got false"},
           {changed("log: |", "alt: [x]\n            log: |"), 11, "alt: expected ['x'], got []"},
           {changed("FATAL: overrun in memcpy", "fatal: overrun in memcpy"), 11, "gives no crash"},
           {std::string(kWidgetRules) + std::string(kWidgetRules.substr(kWidgetRules.find("      - id"))), 16,
            "rule 'widget.fatal' stands already at"},
           {changed("families:", "families: ["), 3, ""},
       }) {
    const TemporaryDirectory directory;
    const auto file = directory.write("widget.yaml", rules);
    const Ran ran = run_ktriage({"rules", "check", "--rules", directory.path()});
    EXPECT_EQ(ran.exit, 2) << says << "\n" << ran.out;
    EXPECT_TRUE(contains(ran.out, file + ":" + std::to_string(line))) << line << " " << says << "\n" << ran.out;
    EXPECT_TRUE(contains(ran.out, says)) << says << "\n" << ran.out;
    EXPECT_TRUE(contains(ran.out, " examples, ")) << ran.out;
    EXPECT_FALSE(contains(ran.out, ", 0 problems")) << ran.out;
  }
}

TEST(RulesCheck, AnExampleMustBeNamedByItsOwnRule) {
  const TemporaryDirectory directory;
  std::string rules = changed("    rules:\n", R"(    rules:
      - id: widget.greedy
        match: ['widget: FATAL']
        title: 'widget overrun in widget_poll'
        examples:
          - title: 'widget overrun in widget_poll'
            log: "widget: FATAL: x\nCall Trace:\n widget_poll+0x4c/0x90\n"
)");
  directory.write("widget.yaml", rules);
  const Ran ran = run_ktriage({"rules", "check", "--rules", directory.path()});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_TRUE(contains(ran.out, "widget.yaml:17: rule 'widget.fatal': the example is named by rule 'widget.greedy'"))
      << ran.out;
}

TEST(RulesCheck, TheExampleOfTheManualHolds) {
  std::ifstream in(KTRIAGE_SOURCE_DIR "/docs/rules.md");
  std::ostringstream text;
  text << in.rdbuf();
  const std::string manual = text.str();
  constexpr std::string_view kFence = "```yaml\n";
  const size_t start = manual.find(kFence) + kFence.size();
  const TemporaryDirectory directory;
  directory.write("manual.yaml", manual.substr(start, manual.find("```", start) - start));
  const Ran ran = run_ktriage({"rules", "check", "--rules", directory.path()});
  EXPECT_FALSE(contains(ran.out, "manual.yaml")) << ran.out;
  EXPECT_FALSE(contains(ran.out, "\n0 examples")) << ran.out;
}

TEST(Rules, OfADirectoryAreUsed) {
  const TemporaryDirectory directory;
  directory.write("deep/widget.yaml", kWidgetRules);
  const std::string log =
      "[    1.0] widget: FATAL: overrun in memcpy+0x1d/0x40\n[    1.1] Call Trace:\n[    1.2]  widget_poll+0x4c/0x90\n";
  EXPECT_EQ(run_ktriage({"parse"}, log).exit, 0);
  for (const auto* command : {"parse", "watch"}) {
    const Ran ran = run_ktriage({command, "--rules", directory.path()}, log);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_TRUE(contains(ran.out, "widget overrun in widget_poll")) << ran.out;
  }
  const Ran list = run_ktriage({"rules", "list", "--rules", directory.path()});
  EXPECT_TRUE(contains(list.out, "widget.fatal")) << list.out;
  EXPECT_TRUE(contains(list.out, "widget.yaml:6")) << list.out;
}

TEST(RulesList, IsReadableByMachines) {
  const Ran ran = run_ktriage({"rules", "list", "--json"});
  EXPECT_EQ(ran.exit, 0);
  std::istringstream lines(ran.out);
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto rule = nlohmann::json::parse(line);
    for (const auto* key : {"id", "family", "title", "file", "line"}) EXPECT_TRUE(rule.contains(key)) << line;
    EXPECT_EQ(rule.size(), 5U);
  }
  EXPECT_GT(count, 50U);
  EXPECT_EQ(run_ktriage({"rules", "list"}).exit, 0);
}

TEST(RulesExplain, SaysHowACrashGotItsName) {
  const TemporaryDirectory directory;
  directory.write("widget.yaml", kWidgetRules);
  const std::string log =
      "widget: chatter\nwidget: FATAL: overrun in memcpy+0x1d/0x40\nCall Trace:\n kasan_report+0x1/0x2\n "
      "widget_poll+0x4c/0x90\n";
  const Ran ran = run_ktriage({"rules", "explain", "--rules", directory.path(), "-"}, log);
  EXPECT_EQ(ran.exit, 0);
  for (const auto* part : {"widget overrun in widget_poll\n", "widget.fatal (", "widget.yaml:6)", "line 2 of the log",
                           "widget: FATAL: overrun in memcpy", "memcpy: fits 'memcpy' of memory: ",
                           "rules/linux/02-frames.yaml:", "kasan_report: fits 'kasan' of sanitizers: ",
                           "  frame     widget_poll\n", "  guilty    widget_poll: innermost frame"}) {
    EXPECT_TRUE(contains(ran.out, part)) << part << "\n" << ran.out;
  }
  EXPECT_EQ(run_ktriage({"rules", "explain", "/nonexistent"}).exit, 3);
  EXPECT_TRUE(contains(run_ktriage({"rules", "explain"}, clean_log()).err, "no crash"));
}

}  // namespace
}  // namespace ktriage::test

// The rule pack that the binary carries, and the machinery that checks rule packs.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "parser/explain.h"
#include "parser/log_parser.h"
#include "parser/rule_check.h"
#include "rules/pack_loader.h"

namespace ktriage::test {
namespace {

constexpr std::string_view kRules = R"(
families:
  - name: widget
    triggers: ['widget: FATAL']
    rules:
      - id: widget.fatal
        match: ['widget: FATAL in {func}']
        title: 'widget fault in {frame}'
        alt: ['bad-access in {frame}']
        frame: {from: [title], skip: [plumbing], skip_also: [^own_]}
        needs_trace: false
        examples:
          - {title: widget fault in widget_poll, alt: [bad-access in widget_poll], frame: widget_poll, log: "widget: FATAL in widget_poll+0x1/0x2\n"}
          - {title: wrong, log: "widget: FATAL in widget_poll+0x1/0x2\n"}
          - {title: widget fault in f, log: "nothing here\n"}
          - {title: widget fault in f, log: "widget: FATAL in f+0x1/0x2\n widget: FATAL in g+0x1/0x2\n"}
lists:
  - {name: plumbing, why: moves widgets, frames: [^widget_core_]}
)";

Engine widget_engine() {
  const RuleSource source{"widget.yaml", kRules};
  Result<RulePack> pack = load_pack({&source, 1}, Validation::Full);
  return Engine(pack ? std::move(pack.value()) : RulePack());
}

TEST(DefaultPack, HasNoMistakes) {
  const Result<RulePack> pack = load_pack(default_rule_sources(), Validation::Full);
  if (pack) return;
  for (const auto& error : pack.errors()) ADD_FAILURE() << error.to_string();
}

TEST(DefaultPack, ItsExamplesHold) {
  const Engine engine(load_default_pack(), Incidents::Reported);
  const RuleCheck check = check_examples(engine);
  EXPECT_GT(check.rules, 50U);
  EXPECT_GE(check.examples, check.rules);
  for (const auto& problem : check.problems) ADD_FAILURE() << problem.to_string();
}

TEST(RuleCheck, TellsOneProblemPerFact) {
  const Engine engine = widget_engine();
  const RuleCheck check = check_examples(engine);
  EXPECT_EQ(check.rules, 1U);
  EXPECT_EQ(check.examples, 4U);
  std::vector<std::string> problems;
  for (const auto& problem : check.problems) problems.push_back(problem.to_string());
  EXPECT_EQ(problems,
            (std::vector<std::string>{
                "widget.yaml:14: rule 'widget.fatal': title: expected 'wrong', got 'widget fault in widget_poll'",
                "widget.yaml:15: rule 'widget.fatal': the example gives no crash: no trigger of the family occurs in "
                "it, or it "
                "is ignored",
                "widget.yaml:16: rule 'widget.fatal': the example gives 2 crashes, the second one 'widget fault in g' "
                "(line 2 "
                "of the example)"}));
}

TEST(FalseAlarms, NoticesThatLookLikeCrashesAreNone) {
  const Engine engine(load_default_pack());
  std::ifstream lines(KTRIAGE_SOURCE_DIR "/tests/false_alarms.txt");
  size_t seen = 0;
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    ++seen;
    all += line + "\n";
    for (const auto& crash : parse_log(engine, line + "\n")) ADD_FAILURE() << line << "\n" << crash.title;
  }
  EXPECT_GT(seen, 40U);
  EXPECT_TRUE(parse_log(engine, all).empty()) << "nor together";
}

TEST(Explain, FindsRuleLineAndLists) {
  const Engine engine = widget_engine();
  const auto crashes = parse_log(engine, "noise\nwidget: FATAL in widget_core_move+0x1/0x2\n");
  ASSERT_EQ(crashes.size(), 1U);
  const Explanation explanation = explain(crashes[0], engine.pack());
  ASSERT_NE(explanation.rule, nullptr);
  EXPECT_EQ(explanation.rule->id, "widget.fatal");
  EXPECT_EQ(explanation.title_line, "widget: FATAL in widget_core_move+0x1/0x2");
  EXPECT_EQ(explanation.looked_at, "title");
  ASSERT_EQ(explanation.skipped.size(), 1U);
  EXPECT_EQ(explanation.skipped[0].frame.list, "plumbing");
  EXPECT_EQ(explanation.skipped[0].why, "moves widgets");
  EXPECT_EQ(explanation.skipped[0].where.line, 18);
}

TEST(Explain, KnowsEntriesOfTheRuleItself) {
  const Engine engine = widget_engine();
  const auto crashes = parse_log(engine, "widget: FATAL in own_move+0x1/0x2\n");
  ASSERT_EQ(crashes.size(), 1U);
  const Explanation explanation = explain(crashes[0], engine.pack());
  ASSERT_EQ(explanation.skipped.size(), 1U);
  EXPECT_EQ(explanation.skipped[0].frame.entry, "^own_");
  EXPECT_EQ(explanation.skipped[0].where.line, 6);
}

TEST(Explain, ACrashWithoutRuleHasItsLine) {
  const Engine engine = widget_engine();
  const auto crashes = parse_log(engine, "widget: FATAL error\n");
  ASSERT_EQ(crashes.size(), 1U);
  const Explanation explanation = explain(crashes[0], engine.pack());
  EXPECT_EQ(explanation.rule, nullptr);
  EXPECT_EQ(explanation.title_line, "widget: FATAL error");
}

}  // namespace
}  // namespace ktriage::test

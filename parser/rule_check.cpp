#include "parser/rule_check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/log_parser.h"

namespace ktriage {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string listed(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + quoted(text);
  return "[" + out + "]";
}

/// Compares one example's expectations with the crash that it gave.
class ExampleCheck {
 public:
  ExampleCheck(const Rule& rule, const Example& example, Diagnostics& problems)
      : rule_(rule), example_(example), problems_(problems) {}

  void check(const Engine& engine) {
    const std::vector<CrashReport> crashes = parse_log(engine, example_.log);
    if (crashes.empty())
      return fail("the example gives no crash: no trigger of the family occurs in it, or it is ignored");
    compare(crashes.front());
    if (crashes.size() > 1) {
      fail("the example gives " + std::to_string(crashes.size()) + " crashes, the second one " +
           quoted(crashes[1].title) + " (line " + std::to_string(crashes[1].range.start_line) + " of the example)");
    }
  }

 private:
  void fail(const std::string& message) {
    problems_.push_back({example_.where.file, example_.where.line, 0, "rule " + quoted(rule_.id) + ": " + message});
  }

  void differ(std::string_view fact, const std::string& expected, const std::string& got) {
    fail(std::string(fact) + ": expected " + expected + ", got " + got);
  }

  void compare(const CrashReport& crash) {
    if (crash.rule != rule_.id) {
      fail("the example is named by " + (crash.rule.empty() ? "no rule" : "rule " + quoted(crash.rule)) +
           ", not by its own");
    }
    if (crash.title != example_.title) differ("title", quoted(example_.title), quoted(crash.title));
    if (!example_.alt_titles.empty()) {
      std::vector<std::string> expected = example_.alt_titles;
      std::sort(expected.begin(), expected.end());
      if (expected != crash.alt_titles) differ("alt", listed(expected), listed(crash.alt_titles));
    }
    if (example_.frame && *example_.frame != crash.frame) differ("frame", quoted(*example_.frame), quoted(crash.frame));
    if (example_.corrupted && *example_.corrupted != crash.corrupted()) {
      differ("corrupted", *example_.corrupted ? "true" : "false",
             crash.corrupted() ? "true (" + crash.corrupted_reason + ")" : "false");
    }
  }

  const Rule& rule_;
  const Example& example_;
  Diagnostics& problems_;
};

}  // namespace

RuleCheck check_examples(const Engine& engine) {
  RuleCheck result;
  for (const auto& family : engine.pack().families) {
    for (const auto& rule : family.rules) {
      ++result.rules;
      for (const auto& example : rule.examples) {
        ++result.examples;
        ExampleCheck(rule, example, result.problems).check(engine);
      }
    }
  }
  return result;
}

}  // namespace ktriage

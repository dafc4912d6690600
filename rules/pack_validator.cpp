#include "rules/pack_validator.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "rules/signature_rules.h"
#include "rules/title_template.h"

namespace ktriage {
namespace {

class Validator {
 public:
  Validator(const RulePack& pack, Diagnostics& errors) : pack_(pack), errors_(errors) {}

  void run() {
    check_lists();
    check_rule_ids();
    for (const auto& family : pack_.families) check_family(family);
    check_tables();
  }

  void check_rule_ids() {
    std::map<std::string, Location> seen;
    for (const auto& family : pack_.families) {
      for (const auto& rule : family.rules) check_unique(seen, rule.id, rule.where, "rule");
    }
  }

 private:
  void fail(const Location& where, std::string message) {
    errors_.push_back({where.file, where.line, 0, std::move(message)});
  }

  void check_pattern(const Pattern& pattern, const Location& where, const std::string& what) {
    if (const std::string error = pattern.error(); !error.empty()) {
      fail(where, what + ": bad pattern '" + pattern.source() + "': " + error);
    }
  }

  void check_patterns(const std::vector<Pattern>& patterns, const Location& where, const std::string& what) {
    for (const auto& pattern : patterns) check_pattern(pattern, where, what);
  }

  /// Remembers `name` and complains if it was there before.
  void check_unique(std::map<std::string, Location>& seen, const std::string& name, const Location& where,
                    const std::string& what) {
    const auto [first, added] = seen.emplace(name, where);
    if (!added) {
      fail(where,
           what + " '" + name + "' stands already at " + first->second.file + ":" + std::to_string(first->second.line));
    }
  }

  void check_patterns(const PatternSet& patterns, const Location& where, const std::string& what) {
    check_patterns(patterns.patterns(), where, what);
  }

  void check_lists() {
    std::map<std::string, Location> seen;
    for (const auto& list : pack_.frame_lists) {
      check_unique(seen, list.name, list.where, "frame list");
      check_patterns(list.frames, list.where, "frame list '" + list.name + "'");
      for (const auto& name : list.include) check_list_name(name, list.where);
    }
    seen.clear();
    for (const auto& list : pack_.bucket_lists) {
      check_unique(seen, list.name, list.where, "bucket list");
      for (const auto& bucket : list.buckets)
        check_pattern(bucket.frame, list.where, "bucket list '" + list.name + "'");
    }
    seen.clear();
    for (const auto& list : pack_.guilty_lists) check_unique(seen, list.name, list.where, "guilty list");
    seen.clear();
    for (const auto& row : pack_.guilty_named) {
      check_unique(seen, row.name, row.where, "named guilty");
      check_pattern(row.title, row.where, "named guilty '" + row.name + "'");
      check_patterns(row.lines, row.where, "named guilty '" + row.name + "'");
      for (const auto& line : row.lines) {
        if (!line.has_group("func")) fail(row.where, "'" + line.source() + "' has no {func}");
      }
    }
    check_patterns(pack_.guilty_jumps, {}, "guilty_jumps");
  }

  void check_list_name(const std::string& name, const Location& where) {
    if (pack_.find_frame_list(name) == nullptr) fail(where, "no frame list is called '" + name + "'");
  }

  void check_family(const Family& family) {
    check_unique(families_, family.name, family.where, "family");
    if (family.triggers.empty()) fail(family.where, "family '" + family.name + "' has no trigger");
    for (const auto& trigger : family.triggers) {
      if (trigger.size() < 4) fail(family.where, "trigger '" + trigger + "' is shorter than 4 characters");
    }
    check_patterns(family.ignore, family.where, "family '" + family.name + "'");
    check_patterns(family.continues, family.where, "family '" + family.name + "'");
    for (const auto& rule : family.rules) check_rule(rule);
  }

  void check_rule(const Rule& rule) {
    const std::string what = "rule '" + rule.id + "'";
    check_patterns(rule.match, rule.where, what);
    check_patterns(rule.require, rule.where, what);
    if (rule.examples.empty()) fail(rule.where, what + " has no example");
    check_template(rule, rule.title);
    for (const auto& alt : rule.alt_titles) check_template(rule, alt);
    if (rule.walk) check_walk(rule, *rule.walk);
  }

  void check_walk(const Rule& rule, const Walk& walk) {
    if (walk.from.empty()) fail(rule.where, "rule '" + rule.id + "': 'frame' needs 'from'");
    std::vector<FrameSource> sources = walk.from;
    sources.insert(sources.end(), walk.otherwise.begin(), walk.otherwise.end());
    for (const auto& source : sources) {
      const bool takes_pattern = source.kind == FrameSource::Kind::At || source.kind == FrameSource::Kind::After;
      if (takes_pattern) check_pattern(source.pattern, rule.where, "rule '" + rule.id + "'");
      if (source.kind == FrameSource::Kind::At && !source.pattern.has_group("func")) {
        fail(rule.where, "rule '" + rule.id + "': 'at' pattern '" + source.pattern.source() + "' has no {func}");
      }
    }
    for (const auto& name : walk.skip) check_list_name(name, rule.where);
    check_patterns(walk.skip_also, rule.where, "rule '" + rule.id + "'");
    if (!walk.above.empty()) check_list_name(walk.above, rule.where);
    if (!walk.buckets.empty() && pack_.find_bucket_list(walk.buckets) == nullptr) {
      fail(rule.where, "no bucket list is called '" + walk.buckets + "'");
    }
  }

  void check_template(const Rule& rule, const std::string& title) {
    for (const auto name : placeholders(title)) {
      if (name == "frame" || name == "frame2" || name == "raw_frame") {
        if (!rule.walk) fail(rule.where, "rule '" + rule.id + "' uses {frame} but says not where it is ('frame:')");
        continue;
      }
      const bool known =
          std::any_of(rule.match.begin(), rule.match.end(), [&](const Pattern& p) { return p.has_group(name); });
      if (!known) fail(rule.where, "rule '" + rule.id + "': no pattern has a group '" + std::string(name) + "'");
    }
  }

  void check_tables() {
    const Location where{"titles, types and console tables", 0};
    for (const auto& r : pack_.title_replacements) check_pattern(r.pattern, where, "titles");
    for (const auto& row : pack_.types) check_pattern(row.title, where, "types");
    const ConsoleRules& c = pack_.console;
    for (const auto* patterns :
         {&c.ignore, &c.continuations, &c.info_stacks, &c.cpu_backtraces, &c.end_markers, &c.dropped, &c.panics,
          &c.instruction_pointers, &c.facts, &c.registers, &c.corrupted_titles, &c.corrupted_lines,
          &c.stack_header_lines, &c.arch_marks, &pack_.suppressed_titles}) {
      check_patterns(*patterns, where, "console");
    }
    std::set<std::string> known;
    for (const auto& row : pack_.types) known.insert(row.type);
    for (const auto& group : pack_.severities) {
      for (const auto& type : group) {
        if (!known.contains(type)) fail(where, "severity: no title has the type '" + type + "'");
      }
    }
  }

  const RulePack& pack_;
  Diagnostics& errors_;
  std::map<std::string, Location> families_;
};

}  // namespace

void validate_pack(const RulePack& pack, Diagnostics& errors) {
  Validator(pack, errors).run();
  validate_signature_rules(pack.signatures, errors);
}

void find_doubled_rules(const RulePack& pack, Diagnostics& errors) { Validator(pack, errors).check_rule_ids(); }

}  // namespace ktriage

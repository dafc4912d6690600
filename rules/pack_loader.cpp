#include "rules/pack_loader.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "rules/pack_validator.h"
#include "rules/signature_rules.h"
#include "rules/yaml_reader.h"

namespace ktriage {
namespace {

std::vector<Pattern> to_patterns(const std::vector<std::string>& sources) {
  return std::vector<Pattern>(sources.begin(), sources.end());
}

/// Reads one file into a pack. A class only to keep reader and pack at hand.
class FileLoader {
 public:
  FileLoader(const YamlReader& reader, RulePack& pack) : yaml_(reader), pack_(pack) {}

  void load(const YAML::Node& root) {
    if (!yaml_.check_keys(
            root, {"about", "families", "lists", "buckets", "guilty", "guilty_named", "guilty_jumps", "guilty_files",
                   "titles", "types", "severity", "suppressed", "frame_prefixes", "console", "signatures"})) {
      return;
    }
    yaml_.for_each(root, "families", [&](const YAML::Node& node) { load_family(node); });
    yaml_.for_each(root, "lists", [&](const YAML::Node& node) { load_frame_list(node); });
    yaml_.for_each(root, "buckets", [&](const YAML::Node& node) { load_bucket_list(node); });
    yaml_.for_each(root, "guilty", [&](const YAML::Node& node) { load_guilty_list(node); });
    yaml_.for_each(root, "guilty_named", [&](const YAML::Node& node) { load_named_guilty(node); });
    pack_.guilty_jumps.append(yaml_.texts(root, "guilty_jumps"));
    yaml_.for_each(root, "titles", [&](const YAML::Node& node) {
      if (yaml_.check_keys(node, {"replace", "with", "why"})) {
        pack_.title_replacements.push_back({Pattern(yaml_.text(node, "replace", true)), yaml_.text(node, "with")});
      }
    });
    yaml_.for_each(root, "types", [&](const YAML::Node& node) {
      if (yaml_.check_keys(node, {"title", "type"})) {
        pack_.types.push_back({Pattern(yaml_.text(node, "title", true)), yaml_.text(node, "type", true)});
      }
    });
    yaml_.for_each(root, "severity", [&](const YAML::Node& node) {
      if (yaml_.check_keys(node, {"types", "why"})) pack_.severities.push_back(yaml_.texts(node, "types", true));
    });
    pack_.suppressed_titles.append(yaml_.texts(root, "suppressed"));
    for (auto& prefix : yaml_.texts(root, "frame_prefixes")) pack_.frame_prefixes.push_back(std::move(prefix));
    if (root["console"]) load_console(root["console"]);
    if (root["signatures"]) load_signature_rules(root["signatures"], yaml_, pack_.signatures);
    if (root["guilty_files"]) load_guilty_files(root["guilty_files"]);
  }

 private:
  Location location(const YAML::Node& node) const { return {yaml_.file(), YamlReader::line_of(node)}; }

  void load_family(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"name", "source", "triggers", "ignore", "only", "continues", "until", "incident",
                                 "after_boot", "rules"}))
      return;
    Family family{yaml_.text(node, "name", true),
                  yaml_.texts(node, "triggers"),
                  PatternSet(yaml_.texts(node, "ignore")),
                  PatternSet(yaml_.texts(node, "only")),
                  {},
                  PatternSet(yaml_.texts(node, "continues")),
                  PatternSet(yaml_.texts(node, "until")),
                  yaml_.flag(node, "incident", false),
                  yaml_.flag(node, "after_boot", false),
                  location(node)};
    yaml_.for_each(node, "rules", [&](const YAML::Node& rule) { load_rule(rule, family); });
    pack_.families.push_back(std::move(family));
  }

  void load_rule(const YAML::Node& node, Family& family) {
    if (!yaml_.check_keys(node, {"id", "source", "why", "match", "require", "title", "alt", "frame", "corrupted",
                                 "needs_trace", "examples"})) {
      return;
    }
    Rule rule;
    rule.id = yaml_.text(node, "id", true);
    rule.where = location(node);
    rule.match = to_patterns(yaml_.texts(node, "match", true));
    rule.require = to_patterns(yaml_.texts(node, "require"));
    rule.title = yaml_.text(node, "title", true);
    rule.alt_titles = yaml_.texts(node, "alt");
    rule.corrupted = yaml_.text(node, "corrupted");
    rule.needs_trace = yaml_.flag(node, "needs_trace", true);
    if (node["frame"]) rule.walk = load_walk(node["frame"]);
    yaml_.for_each(node, "examples", [&](const YAML::Node& example) { load_example(example, rule); });
    family.rules.push_back(std::move(rule));
  }

  Walk load_walk(const YAML::Node& node) {
    Walk walk;
    if (!yaml_.check_keys(node, {"from", "otherwise", "skip", "skip_also", "above", "buckets", "optional"}))
      return walk;
    yaml_.for_each(node, "from", [&](const YAML::Node& source) { load_source(source, walk.from); });
    yaml_.for_each(node, "otherwise", [&](const YAML::Node& source) { load_source(source, walk.otherwise); });
    walk.skip = yaml_.texts(node, "skip");
    walk.skip_also.append(yaml_.texts(node, "skip_also"));
    walk.above = yaml_.text(node, "above");
    walk.buckets = yaml_.text(node, "buckets");
    walk.optional = yaml_.flag(node, "optional", false);
    return walk;
  }

  void load_source(const YAML::Node& node, std::vector<FrameSource>& sources) {
    using Kind = FrameSource::Kind;
    if (node.IsScalar()) {
      const std::string& name = node.Scalar();
      if (name == "title") return sources.push_back({Kind::Title, {}});
      if (name == "ip") return sources.push_back({Kind::Ip, {}});
      if (name == "trace") return sources.push_back({Kind::Trace, {}});
      if (name == "frames") return sources.push_back({Kind::Frames, {}});
      return yaml_.fail(
          node,
          "'" + name + "' is no place for a frame; use title, ip, trace, frames, {at: PATTERN} or {after: PATTERN}");
    }
    if (!yaml_.check_keys(node, {"at", "after"})) return;
    if (node["at"]) sources.push_back({Kind::At, Pattern(yaml_.text(node, "at"))});
    if (node["after"]) sources.push_back({Kind::After, Pattern(yaml_.text(node, "after"))});
  }

  void load_example(const YAML::Node& node, Rule& rule) {
    if (!yaml_.check_keys(node, {"log", "title", "alt", "frame", "corrupted"})) return;
    Example example;
    example.where = location(node);
    example.log = yaml_.text(node, "log", true);
    example.title = yaml_.text(node, "title", true);
    example.alt_titles = yaml_.texts(node, "alt");
    if (node["frame"]) example.frame = yaml_.text(node, "frame");
    if (node["corrupted"]) example.corrupted = yaml_.flag(node, "corrupted", false);
    rule.examples.push_back(std::move(example));
  }

  void load_frame_list(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"name", "why", "include", "frames"})) return;
    pack_.frame_lists.push_back({yaml_.text(node, "name", true), yaml_.text(node, "why", true),
                                 yaml_.texts(node, "include"), PatternSet(yaml_.texts(node, "frames")),
                                 location(node)});
  }

  void load_bucket_list(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"name", "why", "buckets"})) return;
    BucketList list{yaml_.text(node, "name", true), {}, location(node)};
    yaml_.for_each(node, "buckets", [&](const YAML::Node& bucket) {
      if (!yaml_.check_keys(bucket, {"frame", "as"})) return;
      list.buckets.push_back({Pattern(yaml_.text(bucket, "frame", true)), yaml_.text(bucket, "as", true)});
    });
    pack_.bucket_lists.push_back(std::move(list));
  }

  void load_guilty_list(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"name", "why", "functions"})) return;
    pack_.guilty_lists.push_back({yaml_.text(node, "name", true), yaml_.text(node, "why", true),
                                  yaml_.texts(node, "functions", true), location(node)});
  }

  void load_named_guilty(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"name", "why", "title", "lines", "fallback"})) return;
    pack_.guilty_named.push_back(
        {yaml_.text(node, "name", true), yaml_.text(node, "why", true), Pattern(yaml_.text(node, "title", true)),
         to_patterns(yaml_.texts(node, "lines", true)), yaml_.flag(node, "fallback", false), location(node)});
  }

  void load_guilty_files(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"generic", "ignored_lines", "interrupted", "interrupts"})) return;
    GuiltyFileRules& rules = pack_.guilty_files;
    rules.generic.append(yaml_.texts(node, "generic"));
    rules.ignored_lines.append(yaml_.texts(node, "ignored_lines"));
    rules.interrupted.append(yaml_.texts(node, "interrupted"));
    rules.interrupts.append(yaml_.texts(node, "interrupts"));
  }

  void load_console(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"ignore", "continuations", "info_stacks", "cpu_backtraces", "end_markers", "dropped",
                                 "panics", "consequences", "shutdowns", "suppressing", "instruction_pointers", "facts",
                                 "stack_headers", "registers", "arch_marks", "corrupted_titles", "corrupted_lines"})) {
      return;
    }
    ConsoleRules& console = pack_.console;
    console.ignore.append(yaml_.texts(node, "ignore"));
    console.continuations.append(yaml_.texts(node, "continuations"));
    console.info_stacks.append(yaml_.texts(node, "info_stacks"));
    console.cpu_backtraces.append(yaml_.texts(node, "cpu_backtraces"));
    console.end_markers.append(yaml_.texts(node, "end_markers"));
    console.dropped.append(yaml_.texts(node, "dropped"));
    console.panics.append(yaml_.texts(node, "panics"));
    for (const char* key : {"cpu_backtraces", "end_markers", "dropped", "panics"}) {
      console.report_marks.append(yaml_.texts(node, key));
    }
    console.consequences.append(yaml_.texts(node, "consequences"));
    console.shutdowns.append(yaml_.texts(node, "shutdowns"));
    yaml_.for_each(node, "suppressing", [&](const YAML::Node& mark) {
      if (!yaml_.check_keys(mark, {"literal", "line"})) return;
      console.suppressing.push_back({yaml_.text(mark, "literal", true), Pattern(yaml_.text(mark, "line"))});
    });
    console.instruction_pointers.append(yaml_.texts(node, "instruction_pointers"));
    console.facts.append(yaml_.texts(node, "facts"));
    console.registers.append(yaml_.texts(node, "registers"));
    std::vector<std::string> arch_lines;
    yaml_.for_each(node, "arch_marks", [&](const YAML::Node& mark) {
      if (!yaml_.check_keys(mark, {"line", "arch"})) return;
      arch_lines.push_back(yaml_.text(mark, "line", true));
      console.archs.push_back(yaml_.text(mark, "arch", true));
    });
    console.arch_marks.append(arch_lines);
    console.corrupted_titles.append(yaml_.texts(node, "corrupted_titles"));
    console.corrupted_lines.append(yaml_.texts(node, "corrupted_lines"));
    std::vector<std::string> header_lines;
    yaml_.for_each(node, "stack_headers", [&](const YAML::Node& header) { load_stack_header(header, header_lines); });
    console.stack_header_lines.append(header_lines);  // once: each append combines the whole set anew
    console.telling_lines.append(header_lines);
    for (const char* key : {"instruction_pointers", "facts"}) console.telling_lines.append(yaml_.texts(node, key));
  }

  void load_stack_header(const YAML::Node& node, std::vector<std::string>& lines) {
    if (!yaml_.check_keys(node, {"line", "role", "needs_frames"})) return;
    static constexpr std::pair<std::string_view, StackRole> kRoles[] = {
        {"crash", StackRole::Crash},    {"allocation", StackRole::Allocation},
        {"free", StackRole::Free},      {"auxiliary", StackRole::Auxiliary},
        {"origin", StackRole::Origin},  {"lock chain", StackRole::LockChain},
        {"per-cpu", StackRole::PerCpu}, {"other", StackRole::Other}};
    const std::string role = yaml_.text(node, "role", true);
    const auto* found =
        std::find_if(std::begin(kRoles), std::end(kRoles), [&](const auto& r) { return r.first == role; });
    if (found == std::end(kRoles)) return yaml_.fail(node["role"], "unknown role '" + role + "'");
    lines.push_back(yaml_.text(node, "line", true));
    pack_.console.stack_headers.push_back({found->second, yaml_.flag(node, "needs_frames", true)});
  }

  const YamlReader& yaml_;
  RulePack& pack_;
};

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || (in.peek() != std::ifstream::traits_type::eof() && !(text << in.rdbuf()))) {
    return Diagnostic{path.string(), 0, 0, "cannot read the rule file"};
  }
  return std::move(text).str();
}

/// Moves `item` over the one of the same name, or to the end.
template <typename List>
void replace_by_name(std::vector<List>& lists, List item) {
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const List& l) { return l.name == item.name; });
  if (found == lists.end()) {
    lists.push_back(std::move(item));
  } else {
    *found = std::move(item);
  }
}

void overlay_family(std::vector<Family>& families, Family added) {
  std::vector<Rule> unplaced;
  for (auto& rule : added.rules) {
    Rule* same_id = nullptr;
    for (auto& family : families) {
      for (auto& old : family.rules) {
        if (old.id == rule.id) same_id = &old;
      }
    }
    if (same_id != nullptr) {
      *same_id = std::move(rule);
    } else {
      unplaced.push_back(std::move(rule));
    }
  }
  const auto family =
      std::find_if(families.begin(), families.end(), [&](const Family& f) { return f.name == added.name; });
  if (family == families.end()) {
    added.rules = std::move(unplaced);
    families.push_back(std::move(added));
    return;
  }
  family->triggers.insert(family->triggers.end(), added.triggers.begin(), added.triggers.end());
  family->ignore.prepend(added.ignore);
  family->only.prepend(added.only);
  family->continues.prepend(added.continues);
  family->until.prepend(added.until);
  family->rules.insert(family->rules.begin(), std::move_iterator(unplaced.begin()), std::move_iterator(unplaced.end()));
}

template <typename T>
void prepend(std::vector<T>& base, std::vector<T> added) {
  base.insert(base.begin(), std::move_iterator(added.begin()), std::move_iterator(added.end()));
}

void overlay_console(ConsoleRules& base, ConsoleRules added) {
  for (const auto member :
       {&ConsoleRules::ignore, &ConsoleRules::continuations, &ConsoleRules::info_stacks, &ConsoleRules::cpu_backtraces,
        &ConsoleRules::end_markers, &ConsoleRules::dropped, &ConsoleRules::panics, &ConsoleRules::report_marks,
        &ConsoleRules::consequences, &ConsoleRules::telling_lines, &ConsoleRules::arch_marks, &ConsoleRules::shutdowns,
        &ConsoleRules::instruction_pointers, &ConsoleRules::facts, &ConsoleRules::registers,
        &ConsoleRules::corrupted_titles, &ConsoleRules::corrupted_lines}) {
    (base.*member).prepend(added.*member);
  }
  base.stack_header_lines.prepend(added.stack_header_lines);
  prepend(base.archs, std::move(added.archs));
  prepend(base.suppressing, std::move(added.suppressing));
  prepend(base.stack_headers, std::move(added.stack_headers));
}

void overlay_guilty_files(GuiltyFileRules& base, const GuiltyFileRules& added) {
  for (const auto member : {&GuiltyFileRules::generic, &GuiltyFileRules::ignored_lines, &GuiltyFileRules::interrupted,
                            &GuiltyFileRules::interrupts}) {
    (base.*member).prepend(added.*member);
  }
}

}  // namespace

Result<RulePack> load_pack(std::span<const RuleSource> files, Validation validation) {
  RulePack pack;
  Diagnostics errors;
  for (const auto& file : files) {
    const YamlReader reader(std::string(file.name), errors);
    try {
      const YAML::Node root = YAML::Load(std::string(file.text));
      if (root.IsDefined() && !root.IsNull()) FileLoader(reader, pack).load(root);
    } catch (const YAML::Exception& e) {
      errors.push_back({std::string(file.name), e.mark.line + 1, e.mark.column + 1, e.msg});
    }
  }
  if (validation == Validation::Full) validate_pack(pack, errors);
  if (!errors.empty()) return errors;
  return pack;
}

Result<RulePack> overlay_pack(RulePack base, const std::filesystem::path& directory) {
  std::error_code error;
  std::set<std::filesystem::path> paths;
  for (auto it = std::filesystem::recursive_directory_iterator(directory, error);
       !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().extension() == ".yaml") paths.insert(it->path());
  }
  if (error) return Diagnostic{directory.string(), 0, 0, "cannot read the rule directory: " + error.message()};
  if (paths.empty()) return Diagnostic{directory.string(), 0, 0, "no *.yaml file in the rule directory"};

  std::vector<std::string> names;
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    Result<std::string> text = read_file(path);
    if (!text) return text.errors();
    names.push_back(path.string());
    texts.push_back(std::move(text.value()));
  }
  std::vector<RuleSource> files;
  for (size_t i = 0; i < names.size(); ++i) files.push_back({names[i], texts[i]});
  Result<RulePack> added = load_pack(files, Validation::Trusted);
  if (!added) return added;
  Diagnostics errors;
  find_doubled_rules(added.value(), errors);  // before they take one another's place
  if (!errors.empty()) return errors;

  for (auto& family : added->families) overlay_family(base.families, std::move(family));
  for (auto& list : added->frame_lists) replace_by_name(base.frame_lists, std::move(list));
  for (auto& list : added->bucket_lists) replace_by_name(base.bucket_lists, std::move(list));
  for (auto& list : added->guilty_lists) replace_by_name(base.guilty_lists, std::move(list));
  for (auto& row : added->guilty_named) replace_by_name(base.guilty_named, std::move(row));
  base.guilty_jumps.prepend(added->guilty_jumps);
  prepend(base.title_replacements, std::move(added->title_replacements));
  prepend(base.types, std::move(added->types));
  base.suppressed_titles.prepend(added->suppressed_titles);
  if (!added->frame_prefixes.empty()) base.frame_prefixes = std::move(added->frame_prefixes);
  if (!added->severities.empty()) base.severities = std::move(added->severities);
  overlay_console(base.console, std::move(added->console));
  overlay_signature_rules(base.signatures, std::move(added->signatures));
  overlay_guilty_files(base.guilty_files, added->guilty_files);

  validate_pack(base, errors);
  if (!errors.empty()) return errors;
  return base;
}

RulePack load_default_pack() {
  Result<RulePack> pack = load_pack(default_rule_sources(), Validation::Trusted);
  // Tests load and validate the built-in files, so a failure here is a bug of the build.
  if (!pack) throw std::logic_error("built-in rules: " + pack.errors().front().to_string());
  return std::move(pack.value());
}

}  // namespace ktriage

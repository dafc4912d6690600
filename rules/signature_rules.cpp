#include "rules/signature_rules.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace ktriage {
namespace {

/// `text` as a number above 0; 0 if it is none.
int number_of(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

void load_kind(const YAML::Node& node, const YamlReader& yaml, SignatureRules& rules) {
  if (!yaml.check_keys(node, {"kind", "why", "titles", "akin", "settled", "anchor"})) return;
  CrashKind kind;
  kind.name = yaml.text(node, "kind", true);
  kind.where = {yaml.file(), YamlReader::line_of(node)};
  for (auto& title : yaml.texts(node, "titles", true)) kind.titles.emplace_back(std::move(title));
  kind.akin = yaml.texts(node, "akin");
  kind.settled = yaml.flag(node, "settled", false);
  const std::string anchor = yaml.text(node, "anchor");
  if (anchor == "functions") kind.anchor = CrashKind::Anchor::Functions;
  if (anchor == "title") kind.anchor = CrashKind::Anchor::Title;
  if (!anchor.empty() && anchor != "function" && kind.anchor == CrashKind::Anchor::Function) {
    yaml.fail(node["anchor"], "'" + anchor + "' is none of function, functions, title");
  }
  rules.kinds.push_back(std::move(kind));
}

GuiltyList load_list(const YAML::Node& node, const YamlReader& yaml) {
  if (!yaml.check_keys(node, {"name", "why", "functions"})) return {};
  return {yaml.text(node, "name", true),
          yaml.text(node, "why", true),
          yaml.texts(node, "functions", true),
          {yaml.file(), YamlReader::line_of(node)}};
}

void load_common(const YAML::Node& node, const YamlReader& yaml, SignatureRules& rules) {
  if (!yaml.check_keys(node, {"of", "sites"})) return;
  rules.sites = number_of(yaml.text(node, "of", true));
  if (rules.sites == 0) yaml.fail(node, "'of' is no number above 0");
  const YAML::Node sites = node["sites"];
  if (!sites || !sites.IsMap()) return yaml.fail(node, "'sites' is no map of functions to numbers");
  for (const auto& entry : sites) {
    const int count = entry.second.IsScalar() ? number_of(entry.second.Scalar()) : 0;
    if (count == 0 || !entry.first.IsScalar()) {
      yaml.fail(entry.first, "no number above 0");
      continue;
    }
    rules.common[entry.first.Scalar()] = count;
  }
}

void replace_lists(std::vector<GuiltyList>& base, std::vector<GuiltyList> added) {
  for (auto& list : added) {
    const auto found = std::find_if(base.begin(), base.end(), [&](const GuiltyList& l) { return l.name == list.name; });
    if (found == base.end()) {
      base.push_back(std::move(list));
    } else {
      *found = std::move(list);
    }
  }
}

}  // namespace

void load_signature_rules(const YAML::Node& node, const YamlReader& yaml, SignatureRules& rules) {
  if (!yaml.check_keys(
          node, {"kinds", "details", "ends", "through", "syscall_prefixes", "module_names", "carriers", "common"}))
    return;
  yaml.for_each(node, "kinds", [&](const YAML::Node& kind) { load_kind(kind, yaml, rules); });
  yaml.for_each(node, "details", [&](const YAML::Node& row) {
    if (!yaml.check_keys(row, {"line", "detail"})) return;
    rules.details.push_back({Pattern(yaml.text(row, "line", true)), yaml.text(row, "detail", true)});
  });
  yaml.for_each(node, "ends", [&](const YAML::Node& list) { rules.ends.push_back(load_list(list, yaml)); });
  yaml.for_each(node, "through", [&](const YAML::Node& list) { rules.through.push_back(load_list(list, yaml)); });
  for (auto& prefix : yaml.texts(node, "syscall_prefixes")) rules.syscall_prefixes.push_back(std::move(prefix));
  for (auto& name : yaml.texts(node, "module_names")) rules.module_names.push_back(std::move(name));
  yaml.for_each(node, "carriers", [&](const YAML::Node& list) { rules.carriers.push_back(load_list(list, yaml)); });
  if (node["common"]) load_common(node["common"], yaml, rules);
}

void overlay_signature_rules(SignatureRules& base, SignatureRules added) {
  base.kinds.insert(base.kinds.begin(), std::move_iterator(added.kinds.begin()), std::move_iterator(added.kinds.end()));
  base.details.insert(base.details.begin(), std::move_iterator(added.details.begin()),
                      std::move_iterator(added.details.end()));
  replace_lists(base.ends, std::move(added.ends));
  replace_lists(base.through, std::move(added.through));
  replace_lists(base.carriers, std::move(added.carriers));
  if (!added.syscall_prefixes.empty()) base.syscall_prefixes = std::move(added.syscall_prefixes);
  for (auto& name : added.module_names) base.module_names.push_back(std::move(name));
  for (const auto& [function, count] : added.common) base.common[function] = count;
  if (added.sites > 0) base.sites = added.sites;
}

void validate_signature_rules(const SignatureRules& rules, Diagnostics& errors) {
  const auto known = [&](const std::string& name) {
    return std::any_of(rules.kinds.begin(), rules.kinds.end(), [&](const CrashKind& k) { return k.name == name; });
  };
  for (const auto& row : rules.details) {
    if (const auto error = row.line.error(); !error.empty())
      errors.push_back({{}, 0, 0, row.line.source() + ": " + error});
  }
  for (const auto& kind : rules.kinds) {
    const auto fail = [&](const std::string& message) {
      errors.push_back({kind.where.file, kind.where.line, 0, "kind '" + kind.name + "': " + message});
    };
    for (const auto& title : kind.titles) {
      if (const auto error = title.error(); !error.empty()) fail(title.source() + ": " + error);
    }
    for (const auto& akin : kind.akin) {
      if (!known(akin)) fail("no kind is called '" + akin + "'");
    }
  }
}

}  // namespace ktriage

#include "input/abrt.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "input/small_file.h"

namespace ktriage {
namespace {

constexpr std::string_view kTypeNames[] = {"type", "analyzer"};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_word(std::string_view text) {
  constexpr size_t kLongestType = 32;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kLongestType && std::all_of(text.begin(), text.end(), is_letter);
}

}  // namespace

bool is_abrt_element(std::string_view name) {
  constexpr std::string_view kNames[] = {"type", "analyzer", "time", "last_occurrence", "count"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ||
         std::find(std::begin(kAbrtLogs), std::end(kAbrtLogs), name) != std::end(kAbrtLogs);
}

void add_abrt_element(AbrtProblem& problem, std::string_view name, std::string_view content) {
  content = trim(content);
  if (name == "type" || (name == "analyzer" && problem.type.empty())) problem.type = content;
  if (name == "last_occurrence") problem.last_seen_s = number_of<int64_t>(content);
  if (name == "time" && !problem.last_seen_s) problem.last_seen_s = number_of<int64_t>(content);
  if (name == "count") problem.count = std::max<uint64_t>(1, number_of<uint64_t>(content).value_or(1));
}

bool is_kernel_problem(const AbrtProblem& problem) {
  return problem.type == "Kerneloops" || problem.type == "vmcore" || problem.type == "abrt-oops";
}

void apply_abrt_layout(DirectoryContent& content) {
  std::set<std::string_view> names;
  for (const DirectoryFile& file : content.files) names.insert(file.name);
  if (names.count("time") == 0) return;
  AbrtProblem problem;
  for (const std::string_view name : kTypeNames) {
    if (names.count(name) == 0) continue;
    add_abrt_element(problem, name, read_small_file(content.path + "/" + std::string(name)).value_or(""));
  }
  if (!is_word(problem.type)) return;
  const bool has_log =
      std::any_of(std::begin(kAbrtLogs), std::end(kAbrtLogs), [&](auto name) { return names.count(name) > 0; });
  if (is_kernel_problem(problem) && has_log) {
    std::vector<std::string> parts;
    for (const std::string_view name : names) {
      if (is_abrt_element(name)) parts.emplace_back(name);
    }
    take_group(content, InputUnit::Format::Abrt, parts);
  }
  pass_over_if(content, [](std::string_view) { return true; });
}

}  // namespace ktriage

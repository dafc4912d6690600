#include "input/syzkaller_layout.h"

#include <algorithm>
#include <optional>
#include <set>

namespace ktriage {
namespace {

using Role = SyzkallerFile::Role;

/// The digits behind `word`, if that is all of the name.
std::optional<std::string_view> number_behind(std::string_view word, std::string_view name) {
  if (!name.starts_with(word)) return std::nullopt;
  name.remove_prefix(word.size());
  if (name.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return name;
}

bool is_crash_directory(const DirectoryContent& content) {
  bool described = false;
  bool crashed = false;
  for (const DirectoryFile& file : content.files) {
    described = described || file.name == "description";
    const Role role = classify_syzkaller_file(file.name).role;
    crashed = crashed || role == Role::Log || role == Role::Report;
  }
  return described && crashed;
}

bool is_hash(std::string_view name) {
  return name.size() == 40 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

SyzkallerFile classify_syzkaller_file(std::string_view name) {
  if (const auto number = number_behind("log", name); number && !number->empty()) return {Role::Log, *number};
  if (const auto number = number_behind("report", name); number && !number->empty()) return {Role::Report, *number};
  for (const std::string_view word : {"description", "tag", "machineInfo", "repro", "strace.log", "title"}) {
    if (number_behind(word, name)) return {Role::NoLog, {}};
  }
  for (const std::string_view word : {"repro.", "title-"}) {
    if (name.starts_with(word)) return {Role::NoLog, {}};
  }
  return {};
}

void apply_syzkaller_layout(DirectoryContent& content) {
  if (!is_crash_directory(content)) return;
  std::set<std::string, std::less<>> logs;
  for (const DirectoryFile& file : content.files) {
    const SyzkallerFile which = classify_syzkaller_file(file.name);
    if (which.role == Role::Log) logs.emplace(which.number);
  }
  pass_over_if(content, [&](std::string_view name) {
    const SyzkallerFile which = classify_syzkaller_file(name);
    return which.role == Role::NoLog || (which.role == Role::Report && logs.count(which.number) > 0);
  });
}

bool SyzkallerMembers::is_no_log(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view directory = path.substr(0, slash);
  if (!is_hash(directory.substr(directory.rfind('/') + 1))) return false;
  if (directory != directory_) {
    directory_ = directory;
    logs_.clear();
  }
  const SyzkallerFile which = classify_syzkaller_file(path.substr(slash + 1));
  if (which.role == Role::Log) logs_.emplace(which.number);
  return which.role == Role::NoLog || (which.role == Role::Report && logs_.contains(which.number));
}

}  // namespace ktriage

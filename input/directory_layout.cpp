#include "input/directory_layout.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace ktriage {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_numbered(std::string_view name, std::string_view stem) {
  return name.starts_with(stem) && is_number(name.substr(stem.size()));
}

// What else syzkaller's manager puts into crashes/HASH (pkg/manager/crash.go).
bool is_workdir_noise(std::string_view name) {
  return name == "description" || is_numbered(name, "tag") || is_numbered(name, "machineInfo") ||
         name.starts_with("repro.") || name.starts_with("strace.");
}

bool is_report(std::string_view name) { return is_numbered(name, "report"); }

// fs/pstore/inode.c: PSTORE_TYPE_DMESG records of some backend.
bool is_pstore_record(std::string_view name) {
  return name.starts_with("dmesg-") && name.find('-', 6) != std::string_view::npos;
}

std::string_view pstore_backend(std::string_view name) { return name.substr(0, name.find('-', 6)); }

// What ABRT writes about a kernel's problem; the best comes first.
constexpr std::array<std::string_view, 3> kAbrtLogs = {"vmcore-dmesg.txt", "dmesg", "backtrace"};
constexpr std::array<std::string_view, 6> kAbrtKeys = {"type", "reason", "kernel", "cmdline", "duphash", "uuid"};

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

using Names = std::set<std::string, std::less<>>;

/// A crash directory of a fuzzer: its logs count, and its reports only where the log is gone.
void arrange_workdir(Names& names, std::vector<FileGroup>& groups) {
  const bool has_log = std::any_of(names.begin(), names.end(), [](const auto& name) { return is_evidence(name); });
  const bool has_report = std::any_of(names.begin(), names.end(), [](const auto& name) { return is_report(name); });
  if (!has_log && !has_report) return;
  for (const auto& name : names) {
    if (is_report(name) && !names.contains("log" + name.substr(6))) groups.push_back({name});
  }
  std::erase_if(names, [](const auto& name) { return is_report(name) || is_workdir_noise(name); });
}

void arrange_abrt(Names& names, std::vector<FileGroup>& groups) {
  if (!names.contains("type")) return;
  const auto best = std::find_if(kAbrtLogs.begin(), kAbrtLogs.end(), [&](auto name) { return names.contains(name); });
  if (best == kAbrtLogs.end()) return;
  groups.push_back({std::string(*best)});
  std::erase_if(names, [](const auto& name) { return is_one_of(kAbrtLogs, name) || is_one_of(kAbrtKeys, name); });
}

void arrange_pstore(Names& names, std::vector<FileGroup>& groups) {
  std::map<std::string_view, FileGroup> backends;
  for (const auto& name : names) {
    if (is_pstore_record(name)) backends[pstore_backend(name)].push_back(name);
  }
  for (auto& [backend, group] : backends) groups.push_back(std::move(group));
  std::erase_if(names, [](const auto& name) { return is_pstore_record(name); });
}

}  // namespace

bool is_evidence(std::string_view name) { return is_numbered(name, "log"); }

bool is_contextual(std::string_view name) {
  return is_workdir_noise(name) || is_report(name) || is_pstore_record(name) || is_one_of(kAbrtLogs, name) ||
         is_one_of(kAbrtKeys, name);
}

std::vector<FileGroup> arrange(const std::vector<std::string>& names) {
  Names left(names.begin(), names.end());
  std::vector<FileGroup> groups;
  arrange_workdir(left, groups);
  arrange_abrt(left, groups);
  arrange_pstore(left, groups);
  for (const auto& name : left) {
    if (!is_evidence(name)) groups.push_back({name});
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

}  // namespace ktriage

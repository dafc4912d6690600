#include "bisect/repository.h"

#include <fmt/format.h>

#include <algorithm>

#include "bisect/git.h"

namespace ktriage {
namespace {

std::vector<std::string> range(std::vector<std::string> arguments, const std::string& newer,
                               const std::vector<std::string>& older) {
  arguments.push_back(newer);
  if (!older.empty()) arguments.emplace_back("--not");
  arguments.insert(arguments.end(), older.begin(), older.end());
  arguments.emplace_back("--");
  return arguments;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

Result<std::vector<std::string>> lines_of(const Result<std::string>& text) {
  if (!text) return text.errors();
  return split_lines(text.value());
}

}  // namespace

Result<std::string> GitRepository::check() {
  auto directory = Git(path_).line({"rev-parse", "--absolute-git-dir"});
  if (directory) return directory;
  std::error_code error;
  if (!std::filesystem::is_directory(path_, error)) return Diagnostic{path_.string(), 0, 0, "no such directory"};
  return Diagnostic{path_.string(), 0, 0,
                    "is not in a git repository, or git refuses it: " + directory.errors().front().message};
}

Result<std::string> GitRepository::resolve(const std::string& revision) {
  const auto sha = Git(path_).line({"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
  if (sha && !sha->empty()) return sha->substr(sha->rfind('\n') + 1);
  return Diagnostic{path_.string(), 0, 0, "there is no commit '" + revision + "'"};
}

Result<std::string> GitRepository::find_by_subject(const std::string& subject, const std::string& tip) {
  auto found = Git(path_).run({"log", "--format=%H%x00%s", "--fixed-strings", "--grep=" + subject, tip, "--"});
  if (!found) return found.errors();
  for (const auto& line : split_lines(found.value())) {
    const size_t end = line.find('\0');
    if (end != std::string::npos && line.substr(end + 1) == subject) return line.substr(0, end);
  }
  return std::string();
}

Result<CommitInfo> GitRepository::info(const std::string& commit) {
  const auto known = infos_.find(commit);
  if (known != infos_.end()) return known->second;
  auto text = Git(path_).line({"show", "-s", "--format=%H%x00%s%x00%an%x00%ae%x00%ad%x00%P", commit, "--"});
  if (!text) return text.errors();
  const auto parts = split(text.value(), '\0');
  if (parts.size() != 6) return Diagnostic{path_.string(), 0, 0, "git show said something unexpected about " + commit};
  const auto count = parts[5].empty() ? 0 : std::count(parts[5].begin(), parts[5].end(), ' ') + 1;
  CommitInfo info{parts[0], parts[1], parts[2], parts[3], parts[4], static_cast<size_t>(count)};
  return infos_[commit] = info;
}

Result<std::vector<std::string>> GitRepository::parents(const std::string& commit) {
  const auto text = Git(path_).line({"show", "-s", "--format=%P", commit, "--"});
  if (!text) return text.errors();
  if (text->empty()) return std::vector<std::string>();
  return split(text.value(), ' ');
}

Result<bool> GitRepository::is_ancestor(const std::string& ancestor, const std::string& descendant) {
  const auto answer = Git(path_).ask({"merge-base", "--is-ancestor", ancestor, descendant});
  if (answer.status == 0 || answer.status == 1) return answer.status == 0;
  return Diagnostic{path_.string(), 0, 0, fmt::format("git merge-base {} {}: {}", ancestor, descendant, answer.err)};
}

Result<std::vector<std::string>> GitRepository::merge_bases(const std::string& a, const std::string& b) {
  const auto answer = Git(path_).ask({"merge-base", "--all", a, b});
  if (answer.status == 0) return split_lines(answer.out);
  if (answer.status == 1) return std::vector<std::string>();  // histories that share nothing
  return Diagnostic{path_.string(), 0, 0, fmt::format("git merge-base {} {}: {}", a, b, answer.err)};
}

Result<std::string> GitRepository::rev_list(const std::string& newer, const std::vector<std::string>& older) {
  return Git(path_).run(range({"rev-list", "--parents", "--timestamp"}, newer, older));
}

Result<std::vector<std::string>> GitRepository::tags(const std::string& tip) {
  return lines_of(Git(path_).run({"tag", "--list", "--merged", tip}));
}

Result<std::string> GitRepository::show(const std::string& commit) {
  // As bisect.c's show_commit() has it: trees not descended into, a merge as the change that it made to its first
  // parent.
  return Git(path_).run({"diff-tree", "--pretty=medium", "--raw", "--no-abbrev", "--always", "--root",
                         "--diff-merges=first-parent", commit});
}

Result<std::string> GitRepository::message(const std::string& commit) {
  return Git(path_).run({"show", "-s", "--format=%B", commit, "--"});
}

Result<std::map<std::string, std::vector<std::string>>> GitRepository::changed_files(
    const std::string& newer, const std::vector<std::string>& older) {
  auto text = Git(path_).run(range({"log", "--format=%x01%H", "--name-only", "--no-renames", "-z"}, newer, older));
  if (!text) return text.errors();
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& commit : split(text.value(), '\x01')) {
    // "HASH NUL LF? file NUL file NUL NUL": empty parts are separators only.
    std::vector<std::string> parts;
    for (auto& part : split(commit, '\0')) {
      if (part.starts_with('\n')) part.erase(0, 1);
      if (!part.empty()) parts.push_back(std::move(part));
    }
    if (parts.empty()) continue;
    std::string sha = parts.front().substr(0, parts.front().find('\n'));
    parts.erase(parts.begin());
    out[std::move(sha)] = std::move(parts);
  }
  return out;
}

Result<std::string> find_commit(Repository& repository, const CommitName& name, const std::string& tip,
                                bool& found_by_subject) {
  found_by_subject = false;
  std::string subject = name.subject;
  Result<std::string> sha = Diagnostic{{}, 0, 0, "no commit named"};
  if (!name.revision.empty()) {
    sha = repository.resolve(name.revision);
    if (sha) {
      if (tip.empty()) return sha;
      const auto reached = repository.is_ancestor(sha.value(), tip);
      if (!reached) return reached.errors();
      if (reached.value()) return sha;
      const auto info = repository.info(sha.value());
      if (info && subject.empty()) subject = info->subject;
    }
  }
  if (!subject.empty() && !tip.empty()) {
    auto found = repository.find_by_subject(subject, tip);
    if (!found) return found;
    found_by_subject = !found->empty();
    if (found_by_subject) return found;
  }
  // Unreachable is no error: trees may diverge on purpose.
  if (sha) return sha;
  if (!subject.empty()) return Diagnostic{{}, 0, 0, "no commit has the subject \"" + subject + "\""};
  return sha;
}

}  // namespace ktriage

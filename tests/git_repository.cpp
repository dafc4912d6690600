#include "tests/git_repository.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace ktriage::test {
namespace {

/// The history as git fast-import reads it: deterministic, so that hashes are too.
void write_stream(const std::vector<MadeCommit>& history, std::ostream& out) {
  for (size_t i = 0; i < history.size(); ++i) {
    const std::string message = "commit " + std::to_string(i);
    out << "commit refs/heads/main\nmark :" << i + 1 << "\ncommitter A U Thor <author@example.com> " << history[i].date
        << " +0000\ndata " << message.size() << '\n'
        << message << '\n';
    const auto& parents = history[i].parents;
    for (size_t p = 0; p < parents.size(); ++p) out << (p == 0 ? "from :" : "merge :") << parents[p] + 1 << '\n';
    out << '\n';
  }
}

}  // namespace

std::string output_of(const std::string& shell_command) {
  FILE* pipe = popen((shell_command + " 2>&1").c_str(), "r");  // NOLINT(cert-env33-c): a fixed command
  if (pipe == nullptr) throw std::runtime_error("popen: " + shell_command);
  std::string out;
  std::array<char, 65536> buffer{};
  for (size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) out.append(buffer.data(), count);
  pclose(pipe);
  return out;
}

GitRepository::GitRepository() {
  std::string name = (std::filesystem::temp_directory_path() / "ktriage-git-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  directory_ = name;
}

GitRepository::~GitRepository() {
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

GitRepository GitRepository::of(const std::vector<MadeCommit>& history) {
  GitRepository repository;
  repository.git("init --bare --quiet --initial-branch=main .");
  const auto stream = repository.directory_ / "stream";
  {
    std::ofstream file(stream);
    write_stream(history, file);
  }
  repository.git("fast-import --force --quiet < '" + stream.string() + "'");
  std::filesystem::remove(stream);
  return repository;
}

GitRepository GitRepository::clone(const std::filesystem::path& path) {
  GitRepository repository;
  repository.git("init --bare --quiet --initial-branch=main .");
  repository.git("fetch --quiet --no-tags '" + path.string() + "' HEAD:refs/heads/main");
  return repository;
}

std::string GitRepository::git(const std::string& arguments) const {
  // Neither the user's configuration nor the repository that we may be run in shall matter.
  return output_of("cd '" + directory_.string() +
                   "' && env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE GIT_CONFIG_GLOBAL=/dev/null "
                   "GIT_CONFIG_NOSYSTEM=1 LC_ALL=C git " +
                   arguments);
}

bool GitRepository::has_commits() const { return !git("rev-list -1 main").starts_with("fatal"); }

}  // namespace ktriage::test

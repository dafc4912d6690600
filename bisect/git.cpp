#include "bisect/git.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

namespace ktriage {
namespace {

class Collector : public OutputWatcher {
 public:
  explicit Collector(std::string& out) : out_(out) {}
  Wish on_output(std::string_view bytes) override {
    out_ += bytes;
    return Wish::GoOn;
  }

 private:
  std::string& out_;
};

/// The last line that git said, which names the cause.
std::string last_words(const Git::Answer& answer) {
  const auto lines = split_lines(answer.err.empty() ? answer.out : answer.err);
  return lines.empty() ? fmt::format("exit status {}", answer.status) : lines.back();
}

}  // namespace

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Git::Answer Git::ask(const std::vector<std::string>& arguments) const {
  ProcessSpec spec;
  // What a user has configured for comfort must not change what we read.
  spec.arguments = {"git",
                    "-c",
                    "gc.auto=0",
                    "-c",
                    "core.hooksPath=/dev/null",
                    "-c",
                    "advice.detachedHead=false",
                    "-c",
                    "core.quotePath=true",
                    "-c",
                    "log.showSignature=false",
                    "-c",
                    "commit.gpgSign=false",
                    "-c",
                    "merge.conflictStyle=merge"};
  spec.arguments.insert(spec.arguments.end(), arguments.begin(), arguments.end());
  spec.directory = directory_;
  spec.environment = {{"LC_ALL", "C"}, {"GIT_TERMINAL_PROMPT", "0"}, {"GIT_PAGER", "cat"}, {"GIT_EDITOR", "true"}};
  spec.separate_errors = true;
  spec.death_signal = SIGTERM;  // git then takes its lock files with it
  Answer answer;
  Collector collector(answer.out);
  const Cancellation never;
  ProcessEnd end = run_process(spec, never, &collector);
  answer.status = end.kind == ProcessEnd::Kind::Exited ? end.status : -1;
  answer.err = end.errors.empty() && answer.status < 0 ? end.text() : std::move(end.errors);
  return answer;
}

Result<std::string> Git::run(const std::vector<std::string>& arguments) const {
  Answer answer = ask(arguments);
  if (answer.status == 0) return std::move(answer.out);
  return Diagnostic{directory_.string(), 0, 0,
                    fmt::format("git {}: {}", fmt::join(arguments, " "), last_words(answer))};
}

Result<std::string> Git::line(const std::vector<std::string>& arguments) const {
  auto out = run(arguments);
  while (out && out->ends_with('\n')) out->pop_back();
  return out;
}

}  // namespace ktriage

#include "bisect/toolchain.h"

#include "bisect/child_process.h"
#include "bisect/git.h"

namespace ktriage {
namespace {

class Text : public OutputWatcher {
 public:
  Wish on_output(std::string_view bytes) override {
    text += bytes;
    return text.find('\n') == std::string::npos ? Wish::GoOn : Wish::Stop;
  }
  std::string text;
};

}  // namespace

Result<bool> in_range(Repository& repository, const std::string& commit, const std::string& from,
                      const std::string& until) {
  if (!from.empty()) {
    const auto start = repository.resolve(from);
    if (!start) return start.errors();
    const auto holds = repository.is_ancestor(start.value(), commit);
    if (!holds || !holds.value()) return holds;
  }
  if (until.empty()) return true;
  const auto end = repository.resolve(until);
  if (!end) return end.errors();
  if (end.value() == commit) return true;
  const auto comes_after = repository.is_ancestor(end.value(), commit);
  if (!comes_after) return comes_after;
  return !comes_after.value();
}

Result<Environment> build_environment(Repository& repository, const BisectConfig& config, const std::string& commit) {
  Environment out = config.build.environment;
  for (const auto& toolchain : config.build.toolchains) {
    const auto fits = in_range(repository, commit, toolchain.from, toolchain.until);
    if (!fits) return fits.errors();
    if (!fits.value()) continue;
    for (const auto& [name, value] : toolchain.environment) out[name] = value;
    break;
  }
  return out;
}

std::string compiler_version(const Environment& environment) {
  const auto found = environment.find("CC");
  ProcessSpec spec;
  spec.arguments =
      shell((found == environment.end() || found->second.empty() ? "gcc" : found->second) + " --version 2>/dev/null");
  spec.environment = environment;
  spec.timeout = Seconds(20);
  const Cancellation never;
  Text watcher;
  run_process(spec, never, &watcher);
  const auto lines = split_lines(watcher.text);
  return lines.empty() ? std::string() : lines.front();
}

}  // namespace ktriage

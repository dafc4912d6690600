#include "cli/bisect_knowledge.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "bisect/git.h"
#include "bisect/journal.h"
#include "parser/log_parser.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

/// A resumed bisection must choose as it did before, whatever has become of worktrees and symbols.
bool BisectKnowledge::remember() {
  const auto json = parse_entry(read_file(state_.places()));
  if (!json || !json->contains("commit") || (*json)["commit"] != crashed_) return false;
  auto places = crash_places_from_json(*json);
  if (places) places_ = std::move(*places);
  return places.has_value();
}

void BisectKnowledge::add_stack_files(const std::string& text) {
  const auto crashes = parse_log(engine_, text);
  if (crashes.empty()) return;
  for (auto& file : stack_files(crashes.front(), signer_)) places_.stack_files.push_back(std::move(file));
  std::sort(places_.stack_files.begin(), places_.stack_files.end());
  places_.stack_files.erase(std::unique(places_.stack_files.begin(), places_.stack_files.end()),
                            places_.stack_files.end());
}

void BisectKnowledge::learn(const RunRecord& crash) {
  crashed_ = crash.key.commit;
  if (!remember()) {
    const std::string text = symbolize(crash);
    add_stack_files(text.empty() ? crash.report : text);
    if (!config_.target.report.empty()) add_stack_files(read_file(config_.target.report));
    if (!config_.build.command.empty()) places_.built = read_built_files(state_.worktree(0));
    auto json = to_json(places_);
    json["commit"] = crashed_;
    write_file_atomically(state_.places(), json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace));
  }
  std::string files;
  for (const auto& file : places_.stack_files) files += " " + file;
  if (!files.empty()) output_.log("files of the crash's stacks:" + files);
}

std::vector<double> BisectKnowledge::weigh(const CommitGraph& graph, const SearchRange& range) {
  if (places_.stack_files.empty() && places_.built.empty()) return {};
  const auto changed = repository_.changed_files(range.newer, range.older);
  const auto listed = Git(config_.repository).run({"ls-tree", "-r", "--name-only", crashed_});
  if (!changed || !listed) return {};
  FileSet tree;
  for (auto& file : split_lines(listed.value())) tree.insert(std::move(file));
  CommitWeights weights = weigh_commits(graph, changed.value(), tree, places_);
  if (weights.in_stack > 0) {
    output_.log(fmt::format("{} of {} candidates change a file of the crash's stacks: likelier than the rest",
                            weights.in_stack, graph.candidates()));
  }
  if (weights.unbuilt > 0) {
    output_.log(fmt::format("{} change no file that was built: {}", weights.unbuilt,
                            weights.unbuilt_are_out ? "out, for no candidate changes what is built" : "unlikely"));
  }
  return std::move(weights.weights);
}

std::string BisectKnowledge::symbolize(const RunRecord& crash) const {
  const auto symbolizer = open_symbols(config_.build, state_, crash.key, &engine_.pack());
  return symbolizer ? symbolize_text(*symbolizer, crash.report).value_or("") : "";
}

void BisectKnowledge::drop_symbols_but(const BuildKey& kept) const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(state_.symbols("").parent_path(), error)) {
    if (entry.path().filename() != kept.name()) fs::remove_all(entry.path(), error);
  }
}

}  // namespace ktriage

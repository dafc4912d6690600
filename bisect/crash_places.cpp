#include "bisect/crash_places.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bisect/prior.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

/// Debug information may hold the path of whoever built the kernel in front: the longest tail that some commit changes.
std::string within_tree(std::string_view file, const std::set<std::string_view>& changed) {
  for (std::string_view tail = file;;) {
    if (changed.contains(tail)) return std::string(tail);
    const size_t slash = tail.find('/');
    if (slash == std::string_view::npos) return std::string(file);
    tail.remove_prefix(slash + 1);
  }
}

}  // namespace

Json to_json(const CrashPlaces& places) { return {{"stack_files", places.stack_files}, {"built", places.built}}; }

std::optional<CrashPlaces> crash_places_from_json(const Json& json) {
  try {
    CrashPlaces out;
    out.stack_files = json.at("stack_files").get<std::vector<std::string>>();
    for (const auto& file : json.at("built")) out.built.insert(file.get<std::string>());
    return out;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::vector<std::string> stack_files(const CrashReport& crash, const Signer& signer) {
  std::set<std::string> files;
  for (const auto& stack : crash.stacks) {
    for (const auto& frame : stack.frames) {
      if (frame.file.empty() || !frame.reliable || !signer.passed_over(frame.function).empty()) continue;
      files.insert(frame.file.starts_with("./") ? frame.file.substr(2) : frame.file);
    }
  }
  return {files.begin(), files.end()};
}

CommitWeights weigh_commits(const CommitGraph& graph, const ChangedFiles& changed, const FileSet& tree,
                            const CrashPlaces& places) {
  CommitWeights out;
  std::set<std::string_view> all_files;
  bool build_changes = false;
  for (const auto& [commit, files] : changed) {
    all_files.insert(files.begin(), files.end());
    build_changes = build_changes || std::any_of(files.begin(), files.end(), decides_what_is_built);
  }
  PriorHints hints;
  for (const auto& file : places.stack_files) hints.stack_files.push_back(within_tree(file, all_files));
  if (!places.built.empty()) {
    hints.can_matter = [&](std::string_view path) {
      return !is_tracked_source(path) || places.built.contains(path) || !tree.contains(path);
    };
  }
  if (hints.stack_files.empty() && !hints.can_matter) return out;
  std::vector<Relevance> relevance;
  for (CommitId commit = 0; commit < graph.candidates(); ++commit) {
    const auto files = changed.find(graph.name(commit));
    Relevance here = files == changed.end() ? Relevance::Unlikely : relevance_of(files->second, hints);
    if (here == Relevance::InStack) ++out.in_stack;
    if (here == Relevance::Irrelevant) ++out.unbuilt;
    if (here == Relevance::Irrelevant && build_changes) here = Relevance::Unlikely;
    relevance.push_back(here);
  }
  // All out would mean that the premise is wrong.
  out.unbuilt_are_out = !build_changes && out.unbuilt > 0 && out.unbuilt < relevance.size();
  if (!out.unbuilt_are_out)
    std::replace(relevance.begin(), relevance.end(), Relevance::Irrelevant, Relevance::Unlikely);
  out.weights = weigh_by_relevance(relevance);
  return out;
}

}  // namespace ktriage

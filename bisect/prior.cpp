#include "bisect/prior.h"

#include <algorithm>
#include <array>

namespace ktriage {
namespace {

/// What all commits of a kind hold together, by Relevance.
constexpr std::array kShares = {0.0, 0.03, 0.27, 0.2, 0.5};

std::string_view directory_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_documentation(std::string_view path) {
  constexpr std::array<std::string_view, 5> kFolders = {"Documentation/", "LICENSES/", "samples/", "scripts/checkpatch",
                                                        "tools/testing/"};
  constexpr std::array<std::string_view, 7> kEndings = {".rst",    ".md",      ".txt",      "MAINTAINERS",
                                                        "CREDITS", ".mailmap", ".gitignore"};
  return std::any_of(kFolders.begin(), kFolders.end(), [&](auto folder) { return path.starts_with(folder); }) ||
         std::any_of(kEndings.begin(), kEndings.end(), [&](auto ending) { return path.ends_with(ending); });
}

Relevance relevance_of_file(std::string_view path, const PriorHints& hints) {
  if (std::find(hints.stack_files.begin(), hints.stack_files.end(), path) != hints.stack_files.end())
    return Relevance::InStack;
  if (hints.can_matter && !hints.can_matter(path)) return Relevance::Irrelevant;
  if (is_documentation(path)) return Relevance::Unlikely;
  const auto is_near = [&](const std::string& file) { return directory_of(file) == directory_of(path); };
  return std::any_of(hints.stack_files.begin(), hints.stack_files.end(), is_near) ? Relevance::Near
                                                                                  : Relevance::Ordinary;
}

}  // namespace

std::vector<std::vector<std::string>> read_changed_files(const CommitGraph& graph, std::string_view text) {
  constexpr std::string_view kCommit = "commit ";
  std::vector<std::vector<std::string>> out(graph.candidates());
  std::vector<std::string>* files = nullptr;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(kCommit)) {
      const auto commit = graph.find(line.substr(kCommit.size()));
      files = commit && graph.is_candidate(*commit) ? &out[*commit] : nullptr;
    } else if (!line.empty() && files != nullptr) {
      files->emplace_back(line);
    }
  }
  return out;
}

Relevance relevance_of(std::span<const std::string> changed_files, const PriorHints& hints) {
  if (changed_files.empty()) return Relevance::Unlikely;
  Relevance most = Relevance::Irrelevant;
  for (const auto& path : changed_files) most = std::max(most, relevance_of_file(path, hints));
  return most;
}

std::vector<double> weigh_by_relevance(std::span<const Relevance> candidates) {
  std::array<double, kShares.size()> each{};
  for (const Relevance relevance : candidates) each[static_cast<size_t>(relevance)] += 1;
  each[0] = 0;
  for (size_t kind = 1; kind < each.size(); ++kind) {
    const double share = each[kind] > 0 ? kShares[kind] / each[kind] : 0;
    each[kind] = std::max(share, each[kind - 1]);
  }
  std::vector<double> weights;
  weights.reserve(candidates.size());
  for (const Relevance relevance : candidates) weights.push_back(each[static_cast<size_t>(relevance)]);
  return weights;
}

}  // namespace ktriage

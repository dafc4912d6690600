#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bisect/built_files.h"
#include "bisect/commit_graph.h"
#include "parser/crash_report.h"
#include "rules/result.h"
#include "signatures/signature.h"

namespace ktriage {

/// By full hash, the files that each commit changes.
using ChangedFiles = std::map<std::string, std::vector<std::string>>;

/// Where in the source the crash points to: what makes some commits likelier than others before any is tested.
struct CrashPlaces {
  std::vector<std::string> stack_files;  ///< sorted; relative to the tree, or absolute as debug info has them
  FileSet built;                         ///< what the crashing kernel was built from; empty: not known

  bool operator==(const CrashPlaces&) const = default;
};

nlohmann::ordered_json to_json(const CrashPlaces& places);
/// Nothing if that is not what to_json() gives.
std::optional<CrashPlaces> crash_places_from_json(const nlohmann::ordered_json& json);

/// The files of the frames that tell something about the crash, in all its stacks, as a symbolizer has printed them.
/// Machinery that crashes of all kinds go through does not count.
std::vector<std::string> stack_files(const CrashReport& crash, const Signer& signer);

struct CommitWeights {
  std::vector<double> weights;   ///< by candidate; empty: nothing speaks for or against any
  size_t in_stack = 0;           ///< candidates that change a file of the crash's stacks
  size_t unbuilt = 0;            ///< candidates that change nothing that the crashing kernel was built from
  bool unbuilt_are_out = false;  ///< and no candidate changes what is built, so that those cannot matter
};

/// `tree`: all files of the crashing commit.
///
/// A file that the crashing kernel was not built from, though its tree holds it, matters only if what is built has
/// changed in between. Where a candidate may have done that (Kconfig, Makefile …), such commits are unlikely; else out.
CommitWeights weigh_commits(const CommitGraph& graph, const ChangedFiles& changed, const FileSet& tree,
                            const CrashPlaces& places);

}  // namespace ktriage

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bisect/crash_places.h"
#include "bisect/kept_symbols.h"
#include "bisect/range_finder.h"
#include "bisect/session_output.h"
#include "parser/engine.h"
#include "signatures/signature.h"

namespace ktriage {

/// What a bisection knows of its crash beside how it runs: where in the source it points to, and its lines.
class BisectKnowledge {
 public:
  /// All must outlive it.
  BisectKnowledge(const BisectConfig& config, const StateDirectory& state, const Engine& engine, Repository& repository,
                  SessionOutput& output)
      : config_(config),
        state_(state),
        engine_(engine),
        signer_(engine.pack()),
        repository_(repository),
        output_(output) {}

  /// Finds out where the crash points to, or, where that was done before, remembers.
  void learn(const RunRecord& crash);
  /// Weights for the candidates, from that.
  std::vector<double> weigh(const CommitGraph& graph, const SearchRange& range);
  /// The crash's text with file and line; empty if nothing is to be had.
  std::string symbolize(const RunRecord& crash) const;
  /// Only the symbols of the build that `kept` names stay: they are large.
  void drop_symbols_but(const BuildKey& kept) const;

 private:
  bool remember();
  void add_stack_files(const std::string& text);

  const BisectConfig& config_;
  const StateDirectory& state_;
  const Engine& engine_;
  Signer signer_;
  Repository& repository_;
  SessionOutput& output_;
  std::string crashed_;  // the commit
  CrashPlaces places_;
};

}  // namespace ktriage

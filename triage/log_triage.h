#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/log_parser.h"
#include "signatures/signature.h"
#include "triage/crash_symbolizer.h"
#include "triage/signature_book.h"
#include "triage/triage_result.h"

namespace ktriage {

/// Which crashes of a log count.
enum class Count {
  First,        ///< the first one: what follows it is often its doing, and a kernel that has crashed proves little
  Independent,  ///< all but those that follow from another
};

/// A crash that counts.
struct Sighting {
  Member member;
  const Signature* signature = nullptr;  ///< in the book
};

/// What all logs of a batch have in common. Thread-safe where the comments say so.
struct TriageTools {
  const Engine& engine;
  const Signer& signer;
  SignatureBook& book;
  Count count = Count::First;
  CrashSymbolizer* symbolizer = nullptr;  ///< may be null
  /// Told of each crash that is the best of its signature so far. Called from any thread.
  std::function<void(const Signature&, Representative&&)> on_representative{};
};

/// Triages one log: bytes in, sightings out. One thread. Memory as LogParser's, and the crashes that count.
class LogTriage {
 public:
  LogTriage(TriageTools& tools, std::string log, std::optional<SeenTime> seen);

  void push(std::string_view bytes) { parser_.push(bytes); }
  /// End of the log.
  std::vector<Sighting> finish();

 private:
  void on_crash(CrashReport&& crash);
  Sighting sight(CrashReport& crash);

  TriageTools& tools_;
  std::string log_;
  std::optional<SeenTime> seen_;
  std::vector<CrashReport> crashes_;
  std::vector<Sighting> sightings_;
  LogParser parser_;
};

}  // namespace ktriage

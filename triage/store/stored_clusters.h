#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/result.h"
#include "signatures/signature.h"
#include "triage/store/database.h"

namespace ktriage {

struct StoredMember {
  std::string file;  ///< as given; of an archive's member "ARCHIVE!MEMBER"
  uint64_t start_byte = 0;
  std::string title;
  std::string kernel;
  std::string arch;
  std::string seen;
  bool is_new = false;  ///< found in the last run
};

struct StoredNear {
  size_t cluster = 0;  ///< index in StoredState::clusters
  double score = 0;
  std::string why;
};

enum class BugStatus {
  Known,     ///< the last run showed nothing new
  New,       ///< founded by the last run
  Grown,     ///< known, and seen again in the last run
  Returned,  ///< seen again since it was marked fixed
};

/// "known", "new", "grown", "returned".
std::string_view status_name(BugStatus status);

/// A bug as the store has it.
struct StoredCluster {
  std::string name;
  Signature signature;                ///< of the crash that founded it
  std::vector<StoredMember> members;  ///< by file and byte
  std::string file;                   ///< of the cleanest crash
  uint64_t start_byte = 0;
  uint64_t end_byte = 0;
  std::string crash;                        ///< JSON of the cleanest crash
  std::vector<std::string> merged_because;  ///< distinct, in the order in which signatures came
  std::vector<StoredNear> near;             ///< nearest first
  BugStatus status = BugStatus::Known;
  std::string mark;          ///< "fixed", "ignore", "duplicate-of"; empty: none
  std::string duplicate_of;  ///< name
  std::string marked;        ///< when
};

/// All that the store knows, in the order in which bugs were found. Bugs whose last crash went away with a changed file
/// are left out, unless they are marked.
struct StoredState {
  std::vector<StoredCluster> clusters;
  uint64_t logs = 0;
  uint64_t logs_without_crash = 0;
  std::vector<Diagnostic> failures;  ///< files that could not be read to their end
  bool is_interrupted = false;       ///< the last run has not ended: what it added is not all there
};

/// Fails for a damaged file, and for signatures of another version.
Result<StoredState> load_state(Database& database);

}  // namespace ktriage

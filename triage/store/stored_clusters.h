#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/result.h"
#include "triage/store/database.h"
#include "triage/triage_result.h"

namespace ktriage {

/// The crashes of a bug that have the same signature.
struct StoredGroup {
  Signature signature;
  Representative representative;
  std::vector<Member> members;  ///< by file and byte; none if their files have changed since
  std::string why;              ///< why it was put to the bug; empty: it founded it
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
  std::vector<StoredGroup> groups;  ///< the founder first, the others in the order in which they came
  std::vector<StoredNear> near;     ///< nearest first
  BugStatus status = BugStatus::Known;
  std::string mark;          ///< "fixed", "ignore", "duplicate-of"; empty: none
  std::string duplicate_of;  ///< name
  std::string marked;        ///< when
};

/// All that the store knows, in the order in which bugs were found. Bugs whose last crash went away with a changed file
/// are left out, unless they are marked.
struct StoredState {
  std::vector<StoredCluster> clusters;
  size_t logs = 0;
  size_t logs_with_crash = 0;
  std::vector<FailedInput> failed;  ///< files that could not be read to their end
  bool is_interrupted = false;      ///< the last run has not ended: what it added is not all there
};

/// Fails for a damaged file, and for signatures of another version.
Result<StoredState> load_state(Database& database);

}  // namespace ktriage

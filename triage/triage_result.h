#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/crash_report.h"
#include "signatures/signature.h"

namespace ktriage {

/// When a crash was seen, UTC. Seconds are what the sources of time (mtimes, file names) are good for.
using SeenTime = std::chrono::sys_seconds;

/// One crash of a cluster: where it stands, and little else, so that a million of them fit into memory.
struct Member {
  std::string file;  ///< the log's name: a path, or "archive!member"; holds any bytes, so escape it
  uint64_t start_byte = 0;
  uint64_t end_byte = 0;
  std::string title;
  std::string kernel;            ///< release; empty: not shown
  std::string arch;              ///< as `uname -m` says; empty: unknown
  std::optional<SeenTime> seen;  ///< absent: no time is known
};

/// How good a crash is to look at. Compares: greater is better.
struct Cleanness {
  bool sound = false;          ///< not corrupted
  bool cause = false;          ///< not a consequence of an earlier crash
  bool symbolized = false;     ///< its stack shows source lines
  bool uninterleaved = false;  ///< the lines of its log between start and end are its own
  int completeness = 0;        ///< how many of stack, registers, code, modules, CPU, task, kernel it shows

  auto operator<=>(const Cleanness&) const = default;
};

/// The crash that stands for a group of crashes: the cleanest, not the first.
struct Representative {
  Member member;
  Cleanness cleanness;
  std::vector<std::string> alt_titles;
  std::string type;
  int severity = 0;
  std::optional<Guilty> guilty;
  std::string guilty_file;
  std::string crash;  ///< the crash as `parse --json` prints it (docs/crash.schema.json), one line
};

/// Why crashes were put into a cluster that others had founded, and how many of them.
struct MergeReason {
  std::string why;  ///< in words; holds text from logs, so escape it
  size_t count = 0;
};

/// Another cluster that is close, but not surely the same bug.
struct NearCluster {
  std::string name;
  std::string signature;  ///< its signature's id
  std::string title;
  double score = 0;
  std::string why;
};

/// One distinct bug.
struct Cluster {
  std::string name;     ///< the signature's id, with a suffix where two clusters share one; what --mark takes
  Signature signature;  ///< the founder's
  std::vector<Signature> exemplars;  ///< what a later run compares with (Clusterer::restore); the founder first

  std::string title;                    ///< as type and all else without a comment: the representative's
  std::vector<std::string> alt_titles;  ///< every other title that a member has or could have, sorted
  std::string type;                     ///< of the gravest group of members that is not corrupted
  int severity = 0;                     ///< as `type`
  size_t count = 0;                     ///< crashes
  size_t logs = 0;                      ///< logs that they come from
  std::optional<SeenTime> first_seen;   ///< absent where no member's time is known
  std::optional<SeenTime> last_seen;
  std::vector<std::string> kernels;  ///< releases, sorted
  std::vector<std::string> arches;   ///< sorted
  std::optional<Guilty> guilty;
  std::string guilty_file;
  Representative representative;
  std::vector<Member> members;              ///< by file, then position
  std::vector<MergeReason> merged_because;  ///< most frequent first
  std::vector<NearCluster> near;            ///< nearest first

  // What a store knows of it; empty without one.
  std::string status;  ///< new, known, returned …
  std::string mark;    ///< fixed, duplicate-of …
};

/// An input that could not be read to its end. What preceded the failure counts all the same.
struct FailedInput {
  std::string file;
  std::string reason;
};

struct TriageResult {
  std::vector<Cluster> clusters;    ///< ranked: what to look at first comes first
  std::vector<FailedInput> failed;  ///< by file
  size_t logs = 0;                  ///< logs read
  size_t logs_with_crash = 0;
  size_t known_logs = 0;  ///< logs that a store knew already, so they were not read again
  size_t no_logs = 0;     ///< files that are no logs: images, programs, devices …
};

}  // namespace ktriage

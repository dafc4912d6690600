#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/interrupt.h"
#include "input/limits.h"
#include "input/log_input.h"
#include "rules/result.h"

namespace ktriage {

/// A file, or a group of files that make one (pstore's parts): the unit of reading, and of skipping what is known.
struct InputUnit {
  /// What finding has settled. A File is decided by its content when it is read: a log, a compressed one, an archive, a
  /// journal.
  enum class Format { File, Pstore, Abrt };

  Format format = Format::File;
  std::string path;   ///< absolute, without symbolic links; a directory for groups; "-" is the standard input
  std::string shown;  ///< as given on the command line, extended by what was walked; not escaped
  std::vector<std::string> parts;  ///< of groups: the names of the files in `path`, sorted
  uint64_t size = 0;               ///< as the file system tells without reading; of groups the sum
  int64_t mtime_ns = 0;            ///< since 1970, as the file system tells; of groups the latest
};

/// What was found. Problems (unreadable directory, device, symbolic link out of the tree) are notes: the rest counts.
struct FoundInputs {
  std::vector<InputUnit> units;  ///< sorted by path, each file once
  Diagnostics problems;          ///< in the order of walking; `file` is as shown
  uint64_t passed_over = 0;      ///< files whose place says that they are no logs
};

/// All units below `paths`, whatever their order. Symbolic links given in `paths` are followed, those met on the way
/// are not: what they name is found by itself if it stands in the tree. Nothing is opened but directories and the
/// one-word files that tell ABRT's directories. O(n log n) in the number of files.
FoundInputs find_inputs(std::span<const std::string> paths, const InputLimits& limits);

/// Gets the logs of a unit, one after the other, never two at once. One object per call of read_input(): it is called
/// from that thread only.
class LogSink {
 public:
  struct Start {
    std::string
        member;  ///< "" for a plain file; "dir/x" in an archive, "boot 2" in a journal; raw bytes, not always unique
    std::optional<int64_t> time_s;  ///< Unix seconds: member's mtime, the journal's realtime, the file's mtime
    uint64_t count = 1;             ///< how often it was seen, if whoever wrote it counted (ABRT)
  };

  virtual ~LogSink() = default;

  /// Each begin_log() is followed by end_log(), but when reading ends as Interrupted.
  virtual void begin_log(const Start& start) = 0;
  /// A piece of the log, decompressed; valid during the call. Lines may be cut anywhere.
  virtual void bytes(std::string_view piece) = 0;
  virtual void end_log() = 0;

  /// This log (if one has begun), member or (if "") unit is not whole; what came before counts.
  virtual void damaged(const std::string& member, const std::string& reason) = 0;

  /// A file or member that is no log: binary, a link, a device, an archive too deep.
  virtual void passed_over(const std::string& /*member*/) {}

  /// Asked at least once per member and per MiB; if false, reading ends as Interrupted.
  virtual bool keep_going() const = 0;
};

/// Reads the logs of `unit` into `sink`. An error means that nothing could be read; damage on the way is told to the
/// sink. Thread-safe for different units. Memory: the limits' `held_bytes` and some MiB. Nothing is written to disk.
Result<ReadEnd> read_input(const InputUnit& unit, const InputLimits& limits, const Interrupt& interrupt, LogSink& sink);

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "triage/triage_result.h"

namespace ktriage {

/// What the file system tells about a file without reading it.
struct FileStamp {
  uint64_t size = 0;
  int64_t mtime_ns = 0;

  bool operator==(const FileStamp&) const = default;
};

/// A crash as it goes into the store.
struct CrashRecord {
  Member member;
  int64_t signature = 0;  ///< as Store::put_signature numbers them
};

/// A file that was read, and what was found in it.
struct LogRecord {
  std::string path;   ///< absolute
  std::string shown;  ///< as given; its crashes' files begin with it
  FileStamp stamp;
  std::string digest;      ///< of its bytes; empty: nothing could be read
  bool is_stream = false;  ///< it came through a pipe, so the same bytes elsewhere are not the same log
  uint64_t logs = 1;       ///< 1, or as many as an archive holds
  uint64_t logs_with_crash = 0;
  std::string failed;  ///< why it could not be read to its end; empty: it could
  std::vector<CrashRecord> crashes;
};

}  // namespace ktriage

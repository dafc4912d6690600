#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "signatures/signature.h"

namespace ktriage {

/// What the file system tells about a file without reading it.
struct FileStamp {
  uint64_t size = 0;
  int64_t mtime_ns = 0;

  bool operator==(const FileStamp&) const = default;
};

/// A crash as it goes into the store. Text that is not known is empty.
struct CrashRecord {
  std::string member;  ///< the log's name within its archive; empty for a plain file
  uint64_t start_byte = 0;
  uint64_t end_byte = 0;
  std::string title;
  std::string kernel;  ///< release
  std::string arch;
  std::string seen;  ///< ISO 8601, UTC
  Signature signature;
  int64_t cleanness = 0;  ///< the more, the better does the crash stand for others with its signature
  std::string json;       ///< the whole crash, as `ktriage parse --json` prints it
};

/// A file that was read, and what was found in it.
struct LogRecord {
  std::string path;   ///< absolute
  std::string shown;  ///< as given
  FileStamp stamp;
  std::string digest;  ///< of its bytes, any fixed length
  uint64_t logs = 1;   ///< 1, or as many as an archive holds
  std::string failed;  ///< why it could not be read to its end; empty: it could
  std::vector<CrashRecord> crashes;
};

}  // namespace ktriage

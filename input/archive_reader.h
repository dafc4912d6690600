#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "input/byte_source.h"
#include "input/input_limits.h"
#include "input/interrupt.h"
#include "input/log_sink.h"

namespace ktriage {

/// Reads the archive (tar, cpio, zip, 7z; compressed or not) or compressed log in `source`, and hands the logs in it to
/// `sink`, called by their members' names; those of archives within it "ARCHIVE!MEMBER", once. Nothing is ever written
/// to disk, so names may be what they like. Links and devices are passed over. A member that fails does not stop the
/// others; an archive that is damaged or breaks a limit ends there, with a failure, and what preceded it counts. False:
/// interrupted. Streams: memory does not grow with the archive but for InputLimits::deferred.
class ArchiveReader {
 public:
  ArchiveReader(const InputLimits& limits, const Interrupt& interrupt, LogSink& sink)
      : limits_(limits), interrupt_(interrupt), sink_(sink) {}

  /// `path`: a regular file, for formats that want to seek; or "-", then `source` is read.
  bool read(const std::string& path, ByteSource& source, const LogHeader& header);

 private:
  class Level;

  const InputLimits& limits_;
  const Interrupt& interrupt_;
  LogSink& sink_;
  uint64_t members_ = 0;
  uint64_t unpacked_ = 0;
};

}  // namespace ktriage

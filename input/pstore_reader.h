#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "input/log_sink.h"

namespace ktriage {

/// A record of pstore: the end of the kernel's log in one piece, or a piece of it.
struct PstoreRecord {
  std::string name;  ///< dmesg-BACKEND-ID, without directory; ".enc.z": deflated
  std::string bytes;
  std::optional<std::chrono::sys_seconds> seen;
};

/// Joins records of one backend to the logs that the kernel wrote, each in the order of printing (part 1 is the newest:
/// fs/pstore/platform.c, pstore_dump), and hands them to `sink`, called `prefix` and the name of their newest record.
void read_pstore(std::vector<PstoreRecord> records, const std::string& prefix, LogSink& sink);

}  // namespace ktriage

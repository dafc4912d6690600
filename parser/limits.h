#pragma once

#include <cstddef>

namespace ktriage::limits {

/// Everything that keeps memory flat on endless or hostile streams stands here.
inline constexpr size_t kLineBytes = 64 * 1024;      ///< longer lines are cut into pieces of this length, each marked
inline constexpr size_t kLookBackBytes = 16 * 1024;  ///< how far before its trigger a crash's leading lines may stand
inline constexpr size_t kLeadingLines = 5;           ///< how many of them are kept …
inline constexpr size_t kLeadingLinesOfTask = 50;    ///< … and how many that are known to be of the task that crashed
inline constexpr size_t kReportLines = 5000;         ///< a crash is closed when it has this many lines …
inline constexpr size_t kReportBytes = 1024 * 1024;  ///< … or this many bytes
inline constexpr size_t kTailLines = 120;            ///< lines after the end marker that may still belong to the crash
inline constexpr size_t kLinesWithoutFrame =
    250;  ///< lines of a crash after its last stack frame that may still belong to it
inline constexpr size_t kUnfinishedLines = 100;  ///< so early another crash may begin inside of a crash
inline constexpr size_t kOpenCrashes = 8;        ///< crashes assembled at the same time in different contexts
inline constexpr size_t kWaitingCrashes = 64;  ///< crashes held, open or waiting for an earlier one to be complete …
inline constexpr size_t kWaitingBytes = 4 * 1024 * 1024;  ///< … and their bytes
inline constexpr size_t kIdleLines = 20000;  ///< a crash that got no line for so many lines of the log is closed

}  // namespace ktriage::limits

#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string_view>

namespace ktriage {

/// What a file that is neither regular nor a directory is, in words.
inline std::string_view kind_name(mode_t mode) {
  if (S_ISFIFO(mode)) return "named pipe";
  if (S_ISSOCK(mode)) return "socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "device" : "special file";
}

inline int64_t mtime_ns(const struct stat& status) {
  return int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace ktriage

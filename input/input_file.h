#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ktriage {

/// Something to read, as the file system shows it: a unit of work. Yields no, one or (archives, journals) many logs.
struct InputFile {
  std::string name;                ///< as given, with what was found below it; holds any bytes
  std::vector<std::string> parts;  ///< the files to open; more than one: the records of a pstore directory
  uint64_t size = 0;               ///< bytes, of all parts
  int64_t mtime_ns = 0;            ///< since 1970, of the latest part; 0: unknown
  bool named = false;              ///< by the user, not found: it is a log even if it does not look like one
};

}  // namespace ktriage

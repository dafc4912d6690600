#pragma once

#include <ctime>
#include <string>
#include <vector>

namespace ktriage {

/// A member of an archive to be made, however malicious.
struct MadeMember {
  std::string name;
  std::string data;
  unsigned type = 0100000;  ///< as in st_mode: a regular file
  std::string link = {};    ///< of symbolic links their target
  std::string hard_link = {};
  time_t mtime = 1'700'000'000;
};

/// An archive of libarchive's `format` ("pax", "gnutar", "zip", "7zip", "newc", "odc" …), compressed by `filter` ("",
/// "gzip", "xz", "zstd", "bzip2").
std::string make_archive(const std::string& format, const std::vector<MadeMember>& members,
                         const std::string& filter = "");

/// `data` compressed.
std::string compress(const std::string& data, const std::string& filter);

}  // namespace ktriage

#include "symbolizer/cache_file.h"

#include <fcntl.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace ktriage {
namespace {

namespace fs = std::filesystem;

/// Drafts of writers that were killed, old enough to be nobody's any more.
void remove_stale_drafts(const fs::path& path) {
  const std::string start = path.filename().native() + ".";
  std::error_code error;
  const auto limit = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (auto entry = fs::directory_iterator(path.parent_path(), error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    if (!entry->path().filename().native().starts_with(start)) continue;
    if (entry->last_write_time(ignored) < limit && !ignored) fs::remove(entry->path(), ignored);
  }
}

}  // namespace

uint64_t cache_checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string why_not_written(const std::string& path) {
  const std::string directory = fs::path(path).parent_path();
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error) error = std::error_code(access(directory.c_str(), W_OK) == 0 ? ENOSPC : errno, std::generic_category());
  return "the cache " + directory + " cannot be written: " + error.message() +
         "; next time all is decoded anew (--no-cache does without)";
}

DraftFile::DraftFile(std::string path) : path_(std::move(path)), draft_(path_ + ".XXXXXX") {
  std::error_code error;
  fs::create_directories(fs::path(path_).parent_path(), error);
  remove_stale_drafts(path_);
  fd_ = mkostemp(draft_.data(), O_CLOEXEC);
  sound_ = fd_ >= 0;
}

DraftFile::~DraftFile() {
  if (fd_ < 0) return;
  close(fd_);
  if (!kept_) unlink(draft_.c_str());
}

bool DraftFile::write(std::string_view bytes) {
  while (sound_ && !bytes.empty()) {
    const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    sound_ = done > 0;
    if (sound_) bytes.remove_prefix(static_cast<size_t>(done));
  }
  return sound_;
}

bool DraftFile::keep() {
  kept_ = sound_ && rename(draft_.c_str(), path_.c_str()) == 0;
  return kept_;
}

}  // namespace ktriage

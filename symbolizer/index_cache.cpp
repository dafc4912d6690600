#include "symbolizer/index_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace ktriage {
namespace {

// Raise with every change of the layout, of UnitIndex's too.
constexpr uint64_t kVersion = 1;
constexpr std::array<char, 8> kMagic = {'k', 't', 's', 'y', 'm', 'c', '\n', '\0'};
constexpr uint64_t kOrderMark = 0x0102030405060708;

uint64_t checksum(const void* data, size_t size) { return XXH3_64bits(data, size); }

}  // namespace

/// The file: this, entries, stretches, and the units, each at a multiple of 8. Numbers are in this machine's byte
/// order.
struct IndexCache::Header {
  std::array<char, 8> magic = kMagic;
  uint64_t version = kVersion;
  uint64_t order = kOrderMark;
  std::array<char, 64> build_id{};
  uint64_t file_size = 0;
  uint64_t entries = 0;
  uint64_t stretches = 0;
  uint64_t complete = 0;
  uint64_t checksum = 0;  // of all of this, with 0 here, and of the two tables
};

struct IndexCache::Entry {
  uint64_t unit = 0;
  uint64_t position = 0;
  uint64_t size = 0;
  uint64_t checksum = 0;
};

namespace {

template <typename Header>
uint64_t table_checksum(Header header, std::string_view tables) {
  header.checksum = 0;
  return checksum(&header, sizeof(header)) ^ checksum(tables.data(), tables.size());
}

/// A file that takes its name only once it is whole, and otherwise leaves nothing behind.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), draft_(path_ + ".XXXXXX") {
    fd_ = mkostemp(draft_.data(), O_CLOEXEC);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_ < 0) return;
    close(fd_);
    if (!kept_) unlink(draft_.c_str());
  }

  bool is_open() const { return fd_ >= 0; }

  bool write(const void* data, size_t size) const {
    const auto* at = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t done = ::write(fd_, at, size);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return false;
      at += done;
      size -= static_cast<size_t>(done);
    }
    return true;
  }

  bool keep() {
    kept_ = rename(draft_.c_str(), path_.c_str()) == 0;
    return kept_;
  }

 private:
  std::string path_;
  std::string draft_;
  int fd_ = -1;
  bool kept_ = false;
};

/// Drafts of writers that were killed, old enough to be nobody's any more.
void remove_stale_drafts(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
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

std::unique_ptr<IndexCache> IndexCache::open(const std::string& directory, const std::string& build_id,
                                             uint64_t file_size) {
  if (directory.empty() || build_id.empty() || build_id.size() > sizeof(Header::build_id)) return nullptr;
  std::unique_ptr<IndexCache> cache(new IndexCache(directory + "/" + build_id + ".lines", build_id, file_size));
  cache->read();
  return cache;
}

IndexCache::IndexCache(std::string path, std::string build_id, uint64_t file_size)
    : path_(std::move(path)), build_id_(std::move(build_id)), file_size_(file_size) {}

void IndexCache::read() {
  auto file = MappedFile::open(path_);
  if (!file) return;
  file_ = std::move(file.value());
  const std::string_view bytes = file_.bytes();
  Header header;
  if (bytes.size() < sizeof(Header)) return;
  std::memcpy(&header, bytes.data(), sizeof(Header));
  Header expected;
  std::copy(build_id_.begin(), build_id_.end(), expected.build_id.begin());
  if (header.magic != expected.magic || header.version != expected.version || header.order != expected.order ||
      header.build_id != expected.build_id || header.file_size != file_size_) {
    return;
  }
  const uint64_t room = bytes.size() - sizeof(Header);
  if (header.entries > room / sizeof(Entry)) return;
  if (header.stretches > (room - header.entries * sizeof(Entry)) / sizeof(UnitStretch)) return;
  const uint64_t tables = header.entries * sizeof(Entry) + header.stretches * sizeof(UnitStretch);
  if (table_checksum(header, bytes.substr(sizeof(Header), tables)) != header.checksum) return;
  const char* at = bytes.data() + sizeof(Header);
  entries_ = {reinterpret_cast<const Entry*>(at), header.entries};
  stretches_ = {reinterpret_cast<const UnitStretch*>(at + header.entries * sizeof(Entry)), header.stretches};
  complete_ = header.complete != 0;
}

std::optional<std::string_view> IndexCache::find(uint64_t unit) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), unit,
                                      [](const Entry& entry, uint64_t wanted) { return entry.unit < wanted; });
  if (found == entries_.end() || found->unit != unit) return std::nullopt;
  const std::string_view bytes = file_.bytes();
  if (found->position > bytes.size() || found->size > bytes.size() - found->position || found->position % 8 != 0) {
    return std::nullopt;
  }
  const auto unit_bytes = bytes.substr(found->position, found->size);
  if (checksum(unit_bytes.data(), unit_bytes.size()) != found->checksum) return std::nullopt;
  return unit_bytes;
}

bool IndexCache::save(const std::map<uint64_t, std::string_view>& units, std::span<const UnitStretch> stretches,
                      bool complete) const {
  const auto current = open(std::filesystem::path(path_).parent_path(), build_id_, file_size_);
  auto all = units;
  for (const auto& entry : current->entries_) {
    if (all.count(entry.unit) > 0) continue;
    if (const auto bytes = current->find(entry.unit)) all.emplace(entry.unit, *bytes);
  }
  Header header;
  std::copy(build_id_.begin(), build_id_.end(), header.build_id.begin());
  header.file_size = file_size_;
  header.entries = all.size();
  header.stretches = stretches.size();
  header.complete = complete ? 1 : 0;
  std::vector<Entry> entries;
  uint64_t position = sizeof(Header) + all.size() * sizeof(Entry) + stretches.size_bytes();
  for (const auto& [unit, bytes] : all) {
    entries.push_back({unit, position, bytes.size(), checksum(bytes.data(), bytes.size())});
    position += (bytes.size() + 7) / 8 * 8;
  }
  std::string tables(reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(Entry));
  tables.append(reinterpret_cast<const char*>(stretches.data()), stretches.size_bytes());
  header.checksum = table_checksum(header, tables);

  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
  remove_stale_drafts(path_);
  NewFile file(path_);
  if (!file.is_open() || !file.write(&header, sizeof(header)) || !file.write(tables.data(), tables.size()))
    return false;
  for (const auto& [unit, bytes] : all) {
    constexpr std::array<char, 8> kPadding{};
    if (!file.write(bytes.data(), bytes.size())) return false;
    if (bytes.size() % 8 != 0 && !file.write(kPadding.data(), 8 - bytes.size() % 8)) return false;
  }
  return file.keep();
}

}  // namespace ktriage

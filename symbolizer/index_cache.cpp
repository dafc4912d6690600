#include "symbolizer/index_cache.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace ktriage {
namespace {

// Raise with every change of the layout, of UnitIndex's too.
constexpr uint64_t kVersion = 1;
constexpr std::array<char, 8> kMagic = {'k', 't', 's', 'y', 'm', 'c', '\n', '\0'};

}  // namespace

/// The file: this, entries, stretches, and the units, each at a multiple of 8. Numbers are in this machine's byte
/// order.
struct IndexCache::Header {
  std::array<char, 8> magic = kMagic;
  uint64_t version = kVersion;
  uint64_t order = kCacheByteOrder;
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

std::string_view bytes_of(const void* data, size_t size) { return {static_cast<const char*>(data), size}; }

template <typename Header>
uint64_t table_checksum(Header header, std::string_view tables) {
  header.checksum = 0;
  return cache_checksum(bytes_of(&header, sizeof(header))) ^ cache_checksum(tables);
}

}  // namespace

std::unique_ptr<IndexCache> IndexCache::open(CacheKey key) {
  if (!key.usable()) return nullptr;
  std::unique_ptr<IndexCache> cache(new IndexCache(std::move(key)));
  cache->read();
  return cache;
}

void IndexCache::read() {
  auto file = MappedFile::open(path());
  if (!file) return;
  file_ = std::move(file.value());
  const std::string_view bytes = file_.bytes();
  Header header;
  if (bytes.size() < sizeof(Header)) return;
  std::memcpy(&header, bytes.data(), sizeof(Header));
  Header expected;
  std::copy(key_.build_id.begin(), key_.build_id.end(), expected.build_id.begin());
  if (header.magic != expected.magic || header.version != expected.version || header.order != expected.order ||
      header.build_id != expected.build_id || header.file_size != key_.file_size) {
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
  if (cache_checksum(unit_bytes) != found->checksum) return std::nullopt;
  return unit_bytes;
}

bool IndexCache::save(const std::map<uint64_t, std::string_view>& units, std::span<const UnitStretch> stretches,
                      bool complete) const {
  const auto current = open(key_);
  auto all = units;
  for (const auto& entry : current->entries_) {
    if (all.count(entry.unit) > 0) continue;
    if (const auto bytes = current->find(entry.unit)) all.emplace(entry.unit, *bytes);
  }
  Header header;
  std::copy(key_.build_id.begin(), key_.build_id.end(), header.build_id.begin());
  header.file_size = key_.file_size;
  header.entries = all.size();
  header.stretches = stretches.size();
  header.complete = complete ? 1 : 0;
  std::vector<Entry> entries;
  uint64_t position = sizeof(Header) + all.size() * sizeof(Entry) + stretches.size_bytes();
  for (const auto& [unit, bytes] : all) {
    entries.push_back({unit, position, bytes.size(), cache_checksum(bytes)});
    position += (bytes.size() + 7) / 8 * 8;
  }
  std::string tables(reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(Entry));
  tables.append(reinterpret_cast<const char*>(stretches.data()), stretches.size_bytes());
  header.checksum = table_checksum(header, tables);

  DraftFile file(path());
  file.write(bytes_of(&header, sizeof(header)));
  file.write(tables);
  for (const auto& [unit, bytes] : all) {
    constexpr std::array<char, 8> kPadding{};
    file.write(bytes);
    if (!file.write(bytes_of(kPadding.data(), (8 - bytes.size() % 8) % 8))) return false;
  }
  return file.keep();
}

}  // namespace ktriage

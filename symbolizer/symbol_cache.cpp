#include "symbolizer/symbol_cache.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace ktriage {
namespace {

constexpr std::string_view kKind = "symbols";

/// The file: this and the table's bytes. Numbers are in this machine's byte order.
struct Header {
  std::array<char, 8> magic = {'k', 't', 's', 'y', 'm', 't', '\n', '\0'};
  uint64_t version = 2;  // raise with every change of the layout, of SymbolTable's too
  uint64_t order = kCacheByteOrder;
  std::array<char, 64> build_id{};
  uint64_t file_size = 0;
  uint64_t checksum = 0;  // of the bytes behind

  friend bool operator==(const Header&, const Header&) = default;
};
static_assert(sizeof(Header) % 8 == 0, "what follows is aligned");

Header header_for(const CacheKey& key, std::string_view bytes) {
  Header header;
  std::copy(key.build_id.begin(), key.build_id.end(), header.build_id.begin());
  header.file_size = key.file_size;
  header.checksum = cache_checksum(bytes);
  return header;
}

}  // namespace

std::string_view SymbolCache::bytes() const { return file_.bytes().substr(sizeof(Header)); }

std::optional<SymbolCache> SymbolCache::load(const CacheKey& key) {
  if (!key.usable()) return std::nullopt;
  auto file = MappedFile::open(key.path(kKind));
  if (!file || file->bytes().size() < sizeof(Header)) return std::nullopt;
  SymbolCache cache(std::move(file.value()));
  Header header;
  std::memcpy(&header, cache.file_.bytes().data(), sizeof(Header));
  if (header != header_for(key, cache.bytes())) return std::nullopt;
  return cache;
}

bool SymbolCache::save(const CacheKey& key, std::string_view bytes) {
  if (!key.usable()) return false;
  const Header header = header_for(key, bytes);
  DraftFile file(key.path(kKind));
  file.write({reinterpret_cast<const char*>(&header), sizeof(header)});
  file.write(bytes);
  return file.keep();
}

}  // namespace ktriage

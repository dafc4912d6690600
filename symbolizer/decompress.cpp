#include "symbolizer/decompress.h"

#include <archive.h>
#include <elf.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>

namespace ktriage {
namespace {

constexpr uint64_t kMaxSection = uint64_t{4} << 30;
constexpr uint64_t kMaxFile = uint64_t{1} << 30;
// Beyond this a size is a lie: deflate reaches 1032 to 1, zstd on real debug information not 100.
constexpr uint64_t kMaxRatio = 2000;
#ifndef ELFCOMPRESS_ZSTD
constexpr uint32_t ELFCOMPRESS_ZSTD = 2;
#endif

Diagnostic damaged(const char* method) {
  return {{}, 0, 0, std::string("damaged ") + method + " data; copy the file again"};
}

Result<std::string> check_size(uint64_t size, size_t compressed) {
  if (size > kMaxSection || size / kMaxRatio > compressed) {
    return Diagnostic{{}, 0, 0, "damaged compression header: it claims " + std::to_string(size) + " bytes"};
  }
  return std::string(size, '\0');
}

Result<std::string> inflate_zlib(std::string_view bytes, uint64_t size) {
  auto out = check_size(size, bytes.size());
  if (!out) return out;
  uLongf done = size;
  const int code = uncompress(reinterpret_cast<Bytef*>(out->data()), &done,
                              reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (code != Z_OK || done != size) return damaged("zlib");
  return out;
}

Result<std::string> inflate_zstd(std::string_view bytes, uint64_t size) {
  auto out = check_size(size, bytes.size());
  if (!out) return out;
  const size_t done = ZSTD_decompress(out->data(), size, bytes.data(), bytes.size());
  if (ZSTD_isError(done) != 0 || done != size) return damaged("zstd");
  return out;
}

}  // namespace

Result<std::string> inflate_section(std::string_view bytes, ByteReader::Order order, bool wide) {
  ByteReader header(bytes, order);
  const uint32_t method = header.u32();
  if (wide) header.skip(4);
  const uint64_t size = header.number(wide ? 8 : 4);
  header.skip(wide ? 8 : 4);  // alignment
  if (header.failed()) return Diagnostic{{}, 0, 0, "damaged: too short for a compressed section"};
  bytes.remove_prefix(header.position());
  if (method == ELFCOMPRESS_ZLIB) return inflate_zlib(bytes, size);
  if (method == ELFCOMPRESS_ZSTD) return inflate_zstd(bytes, size);
  return Diagnostic{{}, 0, 0, "compressed by method " + std::to_string(method) + ", which is neither zlib nor zstd"};
}

Result<std::string> inflate_old_section(std::string_view bytes) {
  if (!bytes.starts_with("ZLIB")) return std::string(bytes);
  ByteReader header(bytes, ByteReader::Order::Big, 4);
  const uint64_t size = header.u64();
  if (header.failed()) return Diagnostic{{}, 0, 0, "damaged: too short for a compressed section"};
  return inflate_zlib(bytes.substr(header.position()), size);
}

bool is_compressed_file(std::string_view bytes) {
  using namespace std::string_view_literals;
  return bytes.starts_with(
             "\xFD"
             "7zXZ\0"sv) ||
         bytes.starts_with("\x28\xB5\x2F\xFD"sv) || bytes.starts_with("\x1F\x8B"sv);
}

Result<std::string> inflate_file(std::string_view bytes) {
  if (!is_compressed_file(bytes)) return std::string(bytes);
  const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(), &archive_read_free);
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    return damaged("compressed");
  }
  std::string out;
  while (true) {
    const void* block = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(reader.get(), &block, &size, &offset);
    if (code == ARCHIVE_EOF) return out;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return damaged("compressed");
    if (out.size() + size > kMaxFile) return Diagnostic{{}, 0, 0, "expands to more than 1 GiB"};
    out.append(static_cast<const char*>(block), size);
  }
}

}  // namespace ktriage

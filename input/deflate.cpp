#include "input/deflate.h"

#define ZLIB_CONST  // zlib takes const input only then
#include <zlib.h>

#include <array>
#include <stdexcept>

namespace ktriage {
namespace {

std::optional<std::string> inflate_as(int window, std::string_view packed, size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, window) != Z_OK) throw std::runtime_error("inflateInit2");
  stream.next_in = reinterpret_cast<const Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  std::array<char, 16384> piece;
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_SYNC_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status == Z_DATA_ERROR || status == Z_NEED_DICT || out.size() > limit) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> inflate_all(std::string_view packed, size_t limit) {
  if (auto out = inflate_as(MAX_WBITS, packed, limit); out && !out->empty()) return out;
  auto out = inflate_as(-MAX_WBITS, packed, limit);
  if (!out || out->empty()) return std::nullopt;
  return out;
}

}  // namespace ktriage

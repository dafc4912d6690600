#include "input/pstore_reader.h"

#define ZLIB_CONST  // zlib takes const input only then
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <tuple>
#include <utility>

namespace ktriage {
namespace {

constexpr size_t kMostInflated = 8U * 1024 * 1024;

/// Inflates with the given window ("zlib's windowBits": negative without a header); what could be had of it.
std::pair<bool, std::string> inflate_as(std::string_view bytes, int window) {
  z_stream stream{};
  if (inflateInit2(&stream, window) != Z_OK) return {false, {}};
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 16384> piece{};
  int status = Z_OK;
  while (status == Z_OK && out.size() < kMostInflated) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return {status == Z_STREAM_END, std::move(out)};
}

/// Kernels deflate with and without zlib's header. False: neither; `bytes` holds what could be had.
bool inflate_record(std::string& bytes) {
  auto [raw_is_whole, raw] = inflate_as(bytes, -MAX_WBITS);
  if (raw_is_whole) return bytes = std::move(raw), true;
  auto [is_whole, text] = inflate_as(bytes, MAX_WBITS);
  bytes = text.size() > raw.size() ? std::move(text) : std::move(raw);
  return is_whole;
}

uint64_t take_number(std::string_view& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return error == std::errc() ? value : 0;
}

/// Where a record belongs. Records of one dump have the same key.
struct Place {
  std::pair<uint64_t, uint64_t> dump;
  uint64_t part = 1;
};

/// The first line that pstore_dump() writes: "Panic#1 Part3"; before it ramoops may have its own, "====1700000000.1-D".
/// Takes them off.
Place take_header(std::string& bytes) {
  std::string_view text = bytes;
  if (text.starts_with("====")) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::string_view line = text.substr(0, text.find('\n'));
  const size_t part = line.find(" Part");
  Place place;
  if (part == std::string_view::npos || line.find('#') > part) return place;
  std::string_view number = line.substr(part + 5);
  place.part = take_number(number);
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  bytes = std::string(text);
  return place;
}

struct Piece {
  Place place;
  PstoreRecord record;
  bool is_damaged = false;
};

uint64_t id_of(std::string_view name) {
  name.remove_prefix(std::min(name.find('-', 6), name.size() - 1) + 1);
  return take_number(name);
}

/// Says of which dump each piece is. REQUIRES: `pieces` are of one backend, by id.
void find_dumps(std::vector<Piece>& pieces) {
  uint64_t dump = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string& name = pieces[i].record.name;
    Place& place = pieces[i].place;
    const uint64_t id = id_of(name);
    if (name.starts_with("dmesg-efi")) {
      // The id is (time * 100 + part) * 1000 + count (drivers/firmware/efi/efi-pstore.c, generic_id).
      place = {{id / 100000, id % 1000}, id / 1000 % 100};
      continue;
    }
    // Parts are written in ascending order. ramoops keeps one record a dump, its newest part.
    const bool begins = i == 0 || name.starts_with("dmesg-ramoops") || place.part <= pieces[i - 1].place.part;
    if (begins) ++dump;
    place.dump = {dump, 0};
  }
}

}  // namespace

void read_pstore(std::vector<PstoreRecord> records, const std::string& prefix, LogSink& sink) {
  std::vector<Piece> pieces;
  for (auto& record : records) {
    Piece& piece = pieces.emplace_back(Piece{{}, std::move(record)});
    if (piece.record.name.ends_with(".enc.z")) piece.is_damaged = !inflate_record(piece.record.bytes);
    piece.place = take_header(piece.record.bytes);
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return std::pair(id_of(a.record.name), a.record.name) < std::pair(id_of(b.record.name), b.record.name);
  });
  find_dumps(pieces);
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return std::tie(a.place.dump, b.place.part, a.record.name) < std::tie(b.place.dump, a.place.part, b.record.name);
  });
  for (size_t first = 0; first < pieces.size();) {
    size_t end = first + 1;
    while (end < pieces.size() && pieces[end].place.dump == pieces[first].place.dump) ++end;
    const PstoreRecord& newest = pieces[end - 1].record;
    sink.begin({prefix + newest.name, newest.seen, std::nullopt});
    for (size_t i = first; i < end; ++i) {
      if (pieces[i].is_damaged) sink.fail(prefix + pieces[i].record.name, "damaged compressed record");
      sink.write(pieces[i].record.bytes);
      if (!pieces[i].record.bytes.ends_with('\n')) sink.write("\n");
    }
    sink.end();
    first = end;
  }
}

}  // namespace ktriage

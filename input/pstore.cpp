#include "input/pstore.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <tuple>

#include "input/deflate.h"

namespace ktriage {
namespace {

constexpr std::string_view kCompressedEnding = ".enc.z";

bool take_number(std::string_view& text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

struct DumpHeader {
  std::string dump;  // "Panic#1"
  uint64_t part = 0;
};

/// "Panic#1 Part2\n": the reason of kmsg_dump_reason_str(), which dump of this boot, which part of it.
std::optional<DumpHeader> take_dump_header(std::string_view& text) {
  constexpr size_t kLongestReason = 20;
  std::string_view rest = text;
  const size_t hash = rest.substr(0, kLongestReason).find('#');
  if (hash == std::string_view::npos || hash == 0) return std::nullopt;
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (!std::all_of(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(hash), is_letter)) return std::nullopt;
  rest.remove_prefix(hash + 1);
  uint64_t count = 0;
  DumpHeader header;
  if (!take_number(rest, count) || !take_word(rest, " Part") || !take_number(rest, header.part)) return std::nullopt;
  if (!rest.empty() && !take_word(rest, "\n")) return std::nullopt;
  header.dump = std::string(text.substr(0, hash + 1)) + std::to_string(count);
  text = rest;
  return header;
}

enum class Packing { Unknown, None, Deflate };

/// "====1700000000.123456-D\n" in front of what ramoops keeps in memory (fs/pstore/ram.c); C is compressed.
Packing take_ramoops_header(std::string_view& text) {
  std::string_view rest = text;
  uint64_t number = 0;
  if (!take_word(rest, "====") || !take_number(rest, number) || !take_word(rest, ".") || !take_number(rest, number)) {
    return Packing::Unknown;
  }
  Packing packing = Packing::None;
  if (take_word(rest, "-C")) packing = Packing::Deflate;
  take_word(rest, "-D");
  if (!take_word(rest, "\n")) return Packing::Unknown;
  text = rest;
  return packing;
}

/// EFI's ids hold seconds (10 digits), part (2) and count (3): drivers/firmware/efi/efi-pstore.c.
constexpr uint64_t kEfiCounts = 1000;
constexpr uint64_t kEfiParts = 100;

bool is_efi(std::string_view backend) { return backend.starts_with("efi"); }

/// ERST counts records up; as names "10" stands before "9".
void sort_by_id(std::vector<PstoreRecord>& records) {
  const auto id = [](const PstoreRecord& record) { return parse_pstore_name(record.name).value_or(PstoreName{}).id; };
  std::stable_sort(records.begin(), records.end(),
                   [&](const PstoreRecord& a, const PstoreRecord& b) { return id(a) < id(b); });
}

/// The parts of a dump, the oldest, which has the highest number, first.
using Parts = std::map<uint64_t, const PstoreRecord*, std::greater<>>;

/// One log of one dump, oldest part first.
ContentEnd read_dump(const std::string& member, const Parts& parts, ReadContext& context) {
  if (!context.sink.keep_going()) return ContentEnd::Interrupted;
  std::optional<int64_t> time;
  for (const auto& [part, record] : parts) time = std::max(time, record->time_s);
  context.sink.begin_log({member, time});
  bool whole = true;
  uint64_t expected = parts.begin()->first;
  for (const auto& [part, record] : parts) {
    if (part < expected) {
      whole = false;
      context.sink.damaged(member, "part " + std::to_string(expected) + " is missing");
    }
    expected = part > 0 ? part - 1 : 0;
    context.sink.bytes(record->data);
    if (!record->data.ends_with('\n')) context.sink.bytes("\n");
  }
  if (expected > 0) {
    whole = false;
    context.sink.damaged(member, "part " + std::to_string(expected) + " is missing");
  }
  context.sink.end_log();
  return whole ? ContentEnd::Whole : ContentEnd::Damaged;
}

}  // namespace

std::optional<PstoreName> parse_pstore_name(std::string_view name) {
  PstoreName out;
  if (!take_word(name, "dmesg-")) return std::nullopt;
  out.compressed = name.ends_with(kCompressedEnding);
  if (out.compressed) name.remove_suffix(kCompressedEnding.size());
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  out.backend = name.substr(0, dash);
  name.remove_prefix(dash + 1);
  if (!take_number(name, out.id) || !name.empty()) return std::nullopt;
  return out;
}

void apply_pstore_layout(DirectoryContent& content) {
  std::vector<std::string> parts;
  for (const DirectoryFile& file : content.files) {
    if (parse_pstore_name(file.name)) parts.push_back(file.name);
  }
  if (parts.empty()) return;
  take_group(content, InputUnit::Format::Pstore, parts);
  pass_over_if(content, [](std::string_view name) { return name == "dmesg.txt"; });
}

PstorePlace place_pstore_record(PstoreRecord& record, const InputLimits& limits, std::string& damage) {
  const PstoreName name = parse_pstore_name(record.name).value_or(PstoreName{});
  PstorePlace place{std::string(name.backend), {}, 0, 0};
  std::string_view text = record.data;
  const Packing packing = take_ramoops_header(text);
  if (packing == Packing::Deflate || (name.compressed && packing == Packing::Unknown)) {
    std::optional<std::string> unpacked = inflate_all(text, limits.held_bytes);
    if (!unpacked) damage = "compressed by what is not deflate, or damaged; the kernel that wrote it can unpack it";
    record.data = std::move(unpacked).value_or("");
    text = record.data;
  }
  const auto header = take_dump_header(text);
  if (header) {
    place.dump = header->dump;
    place.part = header->part;
    if (is_efi(name.backend)) place.group = name.id / kEfiCounts / kEfiParts;
  } else if (is_efi(name.backend) && name.id / kEfiCounts / kEfiParts > 0) {
    place.group = name.id / kEfiCounts / kEfiParts * kEfiCounts + name.id % kEfiCounts;
    place.part = name.id / kEfiCounts % kEfiParts;
  } else {
    place.group = name.id;
  }
  record.data = std::string(text);
  return place;
}

ContentEnd read_pstore_records(std::vector<PstoreRecord> records, const std::string& prefix, ReadContext& context) {
  using Key = std::tuple<std::string, uint64_t, std::string>;  // backend, group, dump
  std::map<Key, std::vector<Parts>> dumps;
  sort_by_id(records);
  ContentEnd end = ContentEnd::Whole;
  for (PstoreRecord& record : records) {
    std::string damage;
    const PstorePlace place = place_pstore_record(record, context.limits, damage);
    if (!damage.empty()) {
      context.sink.damaged(prefix + record.name, damage);
      end = ContentEnd::Damaged;
      continue;
    }
    // A part that is there already is another boot's, whose dumps are counted from 1 again.
    std::vector<Parts>& same = dumps[{place.backend, place.group, place.dump}];
    if (same.empty() || same.back().count(place.part) > 0) same.emplace_back();
    same.back().emplace(place.part, &record);
  }
  for (auto& [key, same] : dumps) {
    const auto& [backend, group, dump] = key;
    std::string member = prefix + "dmesg-";
    member += backend;
    if (group > 0) member += "-" + std::to_string(group);
    if (!dump.empty()) member += " " + dump;
    for (size_t i = 0; i < same.size(); ++i) {
      const std::string which = i == 0 ? member : member + " (" + std::to_string(i + 1) + ")";
      const ContentEnd one = read_dump(which, same[i], context);
      if (one == ContentEnd::Interrupted) return one;
      if (one == ContentEnd::Damaged) end = one;
    }
  }
  return end;
}

}  // namespace ktriage

#include "input/content_kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace ktriage {
namespace {

using namespace std::string_view_literals;

constexpr size_t kTarBlockBytes = 512;

std::optional<uint64_t> parse_octal(std::string_view field) {
  while (field.starts_with(' ')) field.remove_prefix(1);
  uint64_t value = 0;
  size_t digits = 0;
  for (; digits < field.size() && field[digits] >= '0' && field[digits] <= '7'; ++digits) {
    value = value * 8 + static_cast<uint64_t>(field[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  return value;
}

// POSIX.1-1988 ustar, and the older format that has no magic: the sum over the header is what all tars have.
bool is_tar(std::string_view start) {
  constexpr size_t kSumAt = 148;
  constexpr size_t kSumBytes = 8;
  if (start.size() < kTarBlockBytes) return start.size() > 262 && start.substr(257, 5) == "ustar"sv;
  uint64_t sum = 8 * ' ';
  for (size_t i = 0; i < kTarBlockBytes; ++i) {
    if (i < kSumAt || i >= kSumAt + kSumBytes) sum += static_cast<unsigned char>(start[i]);
  }
  return parse_octal(start.substr(kSumAt, kSumBytes)) == sum;
}

bool is_cpio(std::string_view start) {
  if (start.starts_with("\xc7\x71"sv) || start.starts_with("\x71\xc7"sv)) return true;
  if (!start.starts_with("070701"sv) && !start.starts_with("070702"sv) && !start.starts_with("070707"sv)) return false;
  constexpr size_t kSmallHeader = 76;
  const auto header = start.substr(6, kSmallHeader - 6);
  return start.size() >= kSmallHeader && header.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_zip(std::string_view start) {
  return start.starts_with("PK\3\4"sv) || start.starts_with("PK\5\6"sv) || start.starts_with("PK\7\x08PK\3\4"sv);
}

// systemd's Journal Export Format begins each entry with its cursor; fields of addresses begin with two underscores.
bool is_journal_export(std::string_view start) {
  start.remove_prefix(std::min(start.find_first_not_of('\n'), start.size()));
  return start.starts_with("__CURSOR="sv) || start.starts_with("__REALTIME_TIMESTAMP="sv);
}

// journalctl -o json, json-seq (RFC 7464), json-sse and json-pretty.
bool is_journal_json(std::string_view start) {
  if (start.starts_with("data: "sv)) start.remove_prefix(6);
  start.remove_prefix(std::min(start.find_first_not_of("\x1e \t\r\n"sv), start.size()));
  if (!start.starts_with('{')) return false;
  const auto names = {R"("__CURSOR")"sv, R"("_BOOT_ID")"sv, R"("__REALTIME_TIMESTAMP")"sv,
                      R"("_SOURCE_MONOTONIC_TIMESTAMP")"sv};
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return start.find(name) != std::string_view::npos; });
}

// Executables and kernels, their dumps, disks, images, databases: what lies beside logs, and may hold the words of a
// kernel.
constexpr std::array kBinaryMagics = {
    "\x7f"
    "ELF"sv,
    "KDUMP   "sv,
    "makedumpfile\0"sv,
    "QFI\xfb"sv,
    "\x89PNG\r\n"sv,
    "\xff\xd8\xff"sv,
    "GIF8"sv,
    "%PDF-"sv,
    "SQLite format 3\0"sv,
    "LPKSHHRH"sv,
    "\xd0\xcf\x11\xe0"sv,
    "!<arch>\n"sv,
    "\xd7\xb7\xab\x1e"sv,
    "PERFILE2"sv,
    "\xd4\xc3\xb2\xa1"sv,
    "\x0a\x0d\x0d\x0a"sv};

bool has_binary_magic(std::string_view start) {
  return std::any_of(kBinaryMagics.begin(), kBinaryMagics.end(), [&](auto magic) { return start.starts_with(magic); });
}

/// 1 for a byte that no text has, nor a terminal's control sequences. Without branches, for the vectorizer.
constexpr uint8_t is_odd(char c) {
  const auto byte = static_cast<uint8_t>(c);
  const bool blank = static_cast<uint8_t>(byte - 0x07) <= 0x0d - 0x07;
  return static_cast<uint8_t>(((byte < 0x20) & !blank & (byte != 0x1b)) | (byte >= 0x7f));
}

size_t count_odd_bytes(std::string_view text) {
  constexpr size_t kLanes = 16;
  size_t count = 0;
  while (!text.empty()) {
    const auto run = text.substr(0, 255 * kLanes);  // a lane counts to 255
    text.remove_prefix(run.size());
    std::array<uint8_t, kLanes> lanes{};
    size_t i = 0;
    for (; i + kLanes <= run.size(); i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] = static_cast<uint8_t>(lanes[lane] + is_odd(run[i + lane]));
    }
    for (; i < run.size(); ++i) count += is_odd(run[i]);
    for (const uint8_t lane : lanes) count += lane;
  }
  return count;
}

/// Whether a printk time, "[   12.345678]", or words of a boot or a crash stand in the text.
bool looks_like_kernel_log(std::string_view text) {
  for (const auto words : {"Linux version "sv, "Kernel panic"sv, "Call Trace:"sv, "Call trace:"sv, "BUG: "sv,
                           "Oops: "sv, "WARNING: "sv, "cut here ]"sv}) {
    if (text.find(words) != std::string_view::npos) return true;
  }
  constexpr size_t kFractionDigits = 6;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
    if (dot == 0 || !is_digit(text[dot - 1]) || text.size() - dot <= kFractionDigits + 1) continue;
    const auto fraction = text.substr(dot + 1, kFractionDigits);
    if (text[dot + 1 + kFractionDigits] == ']' && std::all_of(fraction.begin(), fraction.end(), is_digit)) return true;
  }
  return false;
}

bool is_binary(std::string_view start) {
  if (has_binary_magic(start)) return true;
  // A tenth: languages other than English have more bytes than that beyond ASCII, but then a kernel speaks too.
  if (count_odd_bytes(start) * 10 <= start.size()) return false;
  return !looks_like_kernel_log(start);
}

}  // namespace

ContentKind detect_content(std::string_view start) {
  start = start.substr(0, kContentBytes);
  if (start.empty()) return ContentKind::Log;
  if (is_zip(start)) return ContentKind::Zip;
  if (start.starts_with("7z\xbc\xaf\x27\x1c"sv)) return ContentKind::SevenZip;
  if (is_cpio(start)) return ContentKind::Cpio;
  if (is_tar(start)) return ContentKind::Tar;
  if (is_journal_export(start)) return ContentKind::JournalExport;
  if (is_journal_json(start)) return ContentKind::JournalJson;
  return is_binary(start) ? ContentKind::Binary : ContentKind::Log;
}

}  // namespace ktriage

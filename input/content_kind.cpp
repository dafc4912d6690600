#include "input/content_kind.h"

#include <algorithm>

#include "input/compression.h"
#include "input/text_guess.h"

namespace ktriage {
namespace {

using namespace std::string_view_literals;

bool is_archive(std::string_view head) {
  constexpr size_t kTarMagic = 257;  // POSIX ustar and GNU tar; older tars have none, and nobody makes them
  if (head.size() > kTarMagic && head.substr(kTarMagic).starts_with("ustar"sv)) return true;
  if (head.starts_with("070701"sv) || head.starts_with("070702"sv) || head.starts_with("070707"sv)) return true;
  return head.starts_with("PK\3\4"sv) || head.starts_with("PK\5\6"sv) || head.starts_with("7z\xbc\xaf\x27\x1c"sv);
}

/// Fields of an entry, one a line; the first names where in the journal it stands.
bool is_journal_export(std::string_view head) {
  return head.starts_with("__CURSOR="sv) || head.starts_with("__REALTIME_TIMESTAMP="sv);
}

bool is_journal_json(std::string_view head) {
  if (!head.starts_with("{"sv) && !head.starts_with("[{"sv)) return false;
  for (const auto field : {"\"__CURSOR\""sv, "\"__REALTIME_TIMESTAMP\""sv, "\"_TRANSPORT\""sv, "\"_BOOT_ID\""sv}) {
    if (head.find(field) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

ContentKind detect_content(std::string_view head) {
  if (detect_compression(head) != Compression::None) return ContentKind::Compressed;
  if (is_archive(head)) return ContentKind::Archive;
  if (is_journal_export(head)) return ContentKind::JournalExport;
  if (is_journal_json(head)) return ContentKind::JournalJson;
  return looks_like_text(head) ? ContentKind::Text : ContentKind::Binary;
}

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <string_view>

namespace ktriage {

enum class ContentKind {
  Text,           ///< a console, as far as one can tell
  Binary,         ///< none
  Compressed,     ///< compression.h; what is in it shows later
  Archive,        ///< tar, cpio, zip or 7z
  JournalExport,  ///< `journalctl -o export` (systemd's docs/JOURNAL_EXPORT_FORMATS.md)
  JournalJson,    ///< `journalctl -o json`
};

/// How many of the first bytes detect_content() looks at; shorter beginnings are whole files.
inline constexpr size_t kContentHeadBytes = 8192;

ContentKind detect_content(std::string_view head);

}  // namespace ktriage

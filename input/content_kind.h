#pragma once

#include <cstddef>
#include <string_view>

namespace ktriage {

/// What a file or member is, told by its first bytes, decompressed.
enum class ContentKind { Log, Tar, Cpio, Zip, SevenZip, JournalExport, JournalJson, Binary };

/// How many of the first bytes detect_content() wants to see; shorter beginnings are whole files.
inline constexpr size_t kContentBytes = 16 * 1024;

/// In doubt it is a Log: consoles hold rubbish, and a log that is not read is a crash that is missed.
ContentKind detect_content(std::string_view start);

}  // namespace ktriage

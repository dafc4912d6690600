#pragma once

#include "input/content_kind.h"
#include "input/unit_reader.h"

namespace ktriage {

/// Reads the kernel's messages out of what journalctl exports, as one log for each boot.
/// JournalExport: `journalctl -o export` (systemd.io/JOURNAL_EXPORT_FORMATS). JournalJson: -o json, json-seq, json-sse,
/// json-pretty; bytes that are no UTF-8 come as arrays. REQUIRES: `kind` is one of these two.
ContentEnd read_journal(ContentKind kind, ByteStream& reader, const Origin& origin, ReadContext& context);

}  // namespace ktriage

#pragma once

#include "input/content_kind.h"
#include "input/unit_reader.h"

namespace ktriage {

/// Reads the members of an archive, one after the other, through libarchive; nothing is written to disk, so a member's
/// name is only a name. Links, devices and directories are passed over. `reader` is not compressed (as a whole).
/// REQUIRES: `kind` is one of Tar, Cpio, Zip, SevenZip.
ContentEnd read_archive(ContentKind kind, ByteStream& reader, const Origin& origin, ReadContext& context);

}  // namespace ktriage

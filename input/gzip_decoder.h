#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "input/byte_source.h"

namespace ktriage {

/// Decodes the gzip members that `source` holds, as decompress() does, but hands out every byte that precedes damage
/// and checks the checksums, neither of which libarchive does. Consoles cut off while they were compressed are common.
ByteSource::State decode_gzip(ByteSource& source, const std::function<void(std::string_view)>& sink,
                              std::string& error);

}  // namespace ktriage

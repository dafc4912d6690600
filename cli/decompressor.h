#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/byte_source.h"

namespace ktriage {

/// Decodes what `source` holds (gzip, xz, zstd or bzip2; several streams in a row, or one inside another) and hands it to `sink`
/// piece by piece; never holds more than one piece, however far the data expands. What comes before damaged data
/// reaches the sink, but for up to the last 128 KiB that libarchive had not finished. Returns Data never.
ByteSource::State decompress(ByteSource& source, const std::function<void(std::string_view)>& sink, std::string& error);

}  // namespace ktriage

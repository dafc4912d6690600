#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "input/byte_source.h"
#include "input/compression.h"

namespace ktriage {

/// Decodes what `source` holds (several streams in a row too) and hands it to `sink` piece by piece; never holds more
/// than one piece, however far the data expands. What comes before damaged data reaches the sink, but for a last piece
/// (128 KiB; of bzip2 a block of 900 kB) that libarchive had not finished. Returns Data never. REQUIRES: compression is
/// not None.
ByteSource::State decompress(Compression compression, ByteSource& source,
                             const std::function<void(std::string_view)>& sink, std::string& error);

}  // namespace ktriage

#pragma once

#include <memory>

#include "input/byte_stream.h"
#include "input/compression.h"

namespace ktriage {

/// Decodes what `source` holds (several streams in a row too); never holds more than a piece, however far the data
/// expands. What comes before damaged data is handed out, but for a last piece (128 KiB; of bzip2 a block of 900 kB)
/// that libarchive had not finished; of gzip every byte. `source` must outlive the decoder. REQUIRES: compression is
/// not None.
std::unique_ptr<ByteStream> make_decoder(Compression compression, ByteStream& source);

}  // namespace ktriage

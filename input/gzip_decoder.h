#pragma once

#include <memory>

#include "input/byte_stream.h"

namespace ktriage {

/// Decodes the gzip members that `source` holds (RFC 1952), as make_decoder() does, but hands out every byte that
/// precedes damage and checks the checksums, neither of which libarchive does. Consoles cut off while they were
/// compressed are common. `source` must outlive the decoder.
std::unique_ptr<ByteStream> make_gzip_decoder(ByteStream& source);

}  // namespace ktriage

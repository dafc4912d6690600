#pragma once

#include <cstddef>
#include <cstdint>

namespace ktriage {

/// What an input may ask of us. Generous for archives that people make, deadly for those that are made to hurt.
struct InputLimits {
  uint64_t members = 5'000'000;         ///< of an archive, the nested ones included
  uint64_t unpacked = 1ULL << 40U;      ///< bytes that an archive may unpack to
  uint64_t ratio = 500;                 ///< how many times larger it may grow …
  uint64_t ratio_from = 256ULL << 20U;  ///< … once it has unpacked to this many bytes
  size_t name = 4096;                   ///< bytes of a member's name
  size_t deferred = 64ULL << 20U;       ///< bytes of members kept until their directory is known (directory_layout.h)
};

}  // namespace ktriage

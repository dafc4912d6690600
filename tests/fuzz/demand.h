#pragma once

#include <cstdio>
#include <cstdlib>

namespace ktriage::fuzz {

/// Ends the fuzzer's run if something does not hold that must.
inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace ktriage::fuzz

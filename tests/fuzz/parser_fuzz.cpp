// Any bytes are a console: the parser must keep the promises of docs/architecture.md for them (tests/invariants.h).

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "tests/invariants.h"

namespace {

using ktriage::test::random_cuts;

/// Stops the fuzzer, with a word on what is broken.
void demand(const std::string& breach) {
  if (breach.empty()) return;
  std::fprintf(stderr, "invariant broken: %s\n", breach.c_str());
  std::abort();
}

/// Where to cut is a function of the bytes, so that an input means the same whenever it is run.
uint64_t seed_of(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const ktriage::Engine engine(ktriage::load_default_pack());
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  const auto crashes = ktriage::parse_log(engine, log);
  const uint64_t seed = seed_of(log);
  demand(ktriage::test::streaming_breach(engine, log, crashes, random_cuts(size, 5, seed)));
  demand(ktriage::test::streaming_breach(engine, log, crashes, random_cuts(size, size / 8, seed + 1)));
  demand(ktriage::test::range_breach(log, crashes));
  demand(ktriage::test::detection_breach(engine, log, crashes));
  for (const auto& crash : crashes) {
    demand(ktriage::test::title_breach(crash));
    if (!crash.corrupted()) demand(ktriage::test::reparse_breach(engine, log, crash));
  }
  return 0;
}

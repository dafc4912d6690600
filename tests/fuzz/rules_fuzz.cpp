// Any text may be a rule file: loading it gives a pack or diagnostics, and a pack that passed full validation can be
// used.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ktriage::RuleSource files[] = {{"fuzzed.yaml", text}};
  auto pack = ktriage::load_pack(files, ktriage::Validation::Full);
  if (!pack) {
    for (const auto& error : pack.errors()) {
      if (!error.to_string().empty()) continue;
      std::fprintf(stderr, "a diagnostic without a word\n");
      std::abort();
    }
    return 0;
  }
  // The rules' own text holds their triggers and examples: a log that may well crash by them.
  const ktriage::Engine engine(std::move(pack.value()));
  ktriage::parse_log(engine, text);
  return 0;
}

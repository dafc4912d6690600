// Any text may be a bisection's configuration: it loads, or says what is wrong with it, and where.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bisect/config_loader.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

bool is_clean(const std::string& text) { return text.find('\0') == std::string::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = ktriage::parse_bisect_config(text, "fuzzed.yaml", "/nowhere");
  if (!config) {
    require(!config.errors().empty(), "no diagnostic");
    for (const auto& error : config.errors()) require(!error.message.empty(), "a diagnostic without a word");
    return 0;
  }
  require(!config->bad.empty() && !config->repository.empty(), "what is required is missing");
  require(config->test.qemu.has_value() != !config->test.command.empty(), "no test, or two");
  require(config->workers >= 1 && config->workers <= 256, "workers");
  require(config->runs.max >= 1 && config->runs.error_probability > 0, "runs");
  require(config->build.timeout.count() > 0 && config->test.timeout.count() > 0, "timeouts");
  require(is_clean(config->build.command) && is_clean(config->test.command) && is_clean(config->bad.text()) &&
              is_clean(config->repository.string()) && is_clean(config->state.string()),
          "a NUL byte");
  for (const auto& [name, value] : config->build.environment) require(is_clean(name) && is_clean(value), "a NUL byte");
  return 0;
}

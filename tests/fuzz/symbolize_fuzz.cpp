// Any bytes are a console to be symbolized, a Code: line to be disassembled, or a unit's index from a damaged cache.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/disassembler.h"
#include "symbolizer/log_symbolizer.h"
#include "symbolizer/unit_index.h"
#include "tests/fuzz/demand.h"

namespace {

using namespace ktriage;
using fuzz::demand;

std::string symbolized(std::string_view log, LogSymbolizerOptions options, size_t chunk) {
  std::string out;
  LogSymbolizer symbolizing(nullptr, options, [&](std::string_view text) { out += text; });
  for (; log.size() > chunk; log.remove_prefix(chunk)) symbolizing.push(log.substr(0, chunk));
  symbolizing.push(log);
  symbolizing.finish();
  return out;
}

void check_log(std::string_view log) {
  size_t last = 0;
  const auto line = log.substr(0, log.find('\n'));
  for (const auto& mention : find_mentions(line)) {
    demand(mention.start >= last && mention.start < mention.end && mention.end <= line.size(),
           "mentions stand in order");
    demand(mention.symbol.offset.has_value() && mention.symbol.size.has_value(), "mentions have offset and size");
    last = mention.end;
  }
  if (const auto address = find_address(line)) {
    demand(address->start < address->end && address->end <= line.size(), "an address stands in its line");
    demand(find_address(line.substr(0, address->end)).has_value(), "what stands behind an address does not count");
  }
  LogSymbolizerOptions options;
  demand(symbolized(log, options, 7) == log, "without a symbolizer the log stays as it is");
  options.demangle = true;
  demand(symbolized(log, options, 5) == symbolized(log, options, log.size() + 1), "chunks make no difference");
}

void check_code(std::string_view text) {
  for (const char* arch : {"x86_64", "i686", "arm64", "arm", "ppc64le"}) {
    const auto code = parse_machine_code(text, has_big_endian_code(arch));
    if (!code) return;
    demand(!code->trap_offset || *code->trap_offset < code->bytes.size(), "what traps is one of the bytes");
    const auto instructions = disassemble(*code, arch, {text.size() % 50});
    size_t end = 0;
    for (const auto& instruction : instructions) {
      demand(instruction.size > 0 && instruction.offset >= end, "instructions do not overlap");
      end = instruction.offset + instruction.size;
    }
    demand(end <= code->bytes.size(), "instructions end with the bytes");
    demand(format_instructions(*code, instructions).size() == instructions.size(), "each has its line");
  }
}

void check_index(std::string_view bytes) {
  std::vector<uint64_t> aligned(bytes.size() / 8 + 1);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(aligned.data()));
  const UnitIndex index({reinterpret_cast<const char*>(aligned.data()), bytes.size()});
  std::vector<SourceFrame> frames;
  for (const uint64_t address : {uint64_t{0}, aligned[0], aligned[0] + 1, aligned[0] + 100, ~uint64_t{0}}) {
    index.look_up(address, frames);
  }
  for (const auto& frame : frames) demand(frame.function.size() + frame.file.size() <= 2 * bytes.size(), "text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_log(bytes);
  check_code(bytes);
  check_index(bytes);
  return 0;
}

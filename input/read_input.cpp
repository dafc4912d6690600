#include <algorithm>

#include "input/budget.h"
#include "input/byte_source.h"
#include "input/group_reader.h"
#include "input/input.h"
#include "input/unit_reader.h"

namespace ktriage {
namespace {

/// Bytes that a unit's size cannot be less than: seeking to and fro reads some of them again.
uint64_t consumed(const ByteSource& source) {
  return std::min(source.consumed(), source.size().value_or(source.consumed()));
}

std::optional<int64_t> time_of(const InputUnit& unit) {
  constexpr int64_t kSecond = 1'000'000'000;
  if (unit.mtime_ns == 0) return std::nullopt;
  return unit.mtime_ns / kSecond;
}

Result<ReadEnd> read_file(const InputUnit& unit, const InputLimits& limits, const Interrupt& interrupt, LogSink& sink) {
  Result<ByteSource> source = ByteSource::open(unit.path, interrupt);
  if (!source) return Diagnostic{unit.shown, 0, 0, source.errors().front().message};
  Budget budget(limits, [&source] { return consumed(source.value()); });
  ReadContext context{limits, sink, budget};
  const ContentEnd end = read_content(source.value(), Origin{"", time_of(unit)}, context);
  return end == ContentEnd::Interrupted ? ReadEnd::Interrupted : ReadEnd::Complete;
}

}  // namespace

Result<ReadEnd> read_input(const InputUnit& unit, const InputLimits& limits, const Interrupt& interrupt,
                           LogSink& sink) {
  if (unit.format == InputUnit::Format::File) return read_file(unit, limits, interrupt, sink);
  Budget budget(limits, [&unit] { return unit.size; });
  ReadContext context{limits, sink, budget};
  const ContentEnd end = unit.format == InputUnit::Format::Pstore ? read_pstore_group(unit, context)
                                                                  : read_abrt_group(unit, interrupt, context);
  return end == ContentEnd::Interrupted ? ReadEnd::Interrupted : ReadEnd::Complete;
}

}  // namespace ktriage

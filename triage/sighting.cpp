#include "triage/sighting.h"

#include <algorithm>
#include <utility>

#include "triage/crash_json.h"

namespace ktriage {
namespace {

bool is_symbolized(const CrashReport& crash) {
  return std::any_of(crash.stacks.begin(), crash.stacks.end(), [](const Stack& stack) {
    return std::any_of(stack.frames.begin(), stack.frames.end(),
                       [](const Frame& frame) { return !frame.file.empty(); });
  });
}

/// Lines of the log that are not in the report were other contexts' (or frames that the unwinder does not vouch for).
bool is_uninterleaved(const CrashReport& crash) {
  constexpr uint64_t kTolerated = 10;  // one in so many: a line of another CPU does not hide the crash
  const auto own = static_cast<uint64_t>(std::count(crash.report.begin(), crash.report.end(), '\n'));
  uint64_t unreliable = 0;
  for (const auto& stack : crash.stacks) {
    unreliable += static_cast<uint64_t>(
        std::count_if(stack.frames.begin(), stack.frames.end(), [](const Frame& frame) { return !frame.reliable; }));
  }
  const uint64_t all = crash.range.end_line - crash.range.start_line + 1;
  return all <= own + unreliable + all / kTolerated;
}

int completeness_of(const CrashReport& crash) {
  int facts = 0;
  for (const bool shown :
       {!crash.stacks.empty(), !crash.registers.empty(), !crash.code.bytes.empty(), !crash.modules.empty(),
        crash.cpu.has_value(), !crash.comm.empty(), !crash.kernel.release.empty(), !crash.kernel.arch.empty()}) {
    facts += shown ? 1 : 0;
  }
  return facts;
}

}  // namespace

Cleanness cleanness_of(const CrashReport& crash) {
  Cleanness out;
  out.sound = !crash.corrupted();
  out.cause = !crash.caused_by.has_value();
  out.symbolized = is_symbolized(crash);
  out.uninterleaved = is_uninterleaved(crash);
  out.completeness = completeness_of(crash);
  return out;
}

Member member_of(const CrashReport& crash, std::string log, std::optional<SeenTime> seen) {
  Member out;
  out.file = std::move(log);
  out.start_byte = crash.range.start_byte;
  out.end_byte = crash.range.end_byte;
  out.title = crash.title;
  out.kernel = crash.kernel.release;
  out.arch = crash.kernel.arch;
  out.seen = seen;
  return out;
}

Representative representative_of(const CrashReport& crash, const Signature& signature, Member member) {
  Representative out;
  out.crash = crash_to_json(crash, signature, member.file);
  out.member = std::move(member);
  out.cleanness = cleanness_of(crash);
  out.alt_titles = crash.alt_titles;
  out.type = crash.type;
  out.severity = crash.severity;
  out.guilty = crash.guilty;
  out.guilty_file = crash.guilty_file;
  return out;
}

}  // namespace ktriage

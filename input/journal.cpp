#include "input/journal.h"

#include "input/boot_logs.h"
#include "input/journal_export.h"
#include "input/journal_json.h"

namespace ktriage {
namespace {

template <typename Reader>
ContentEnd read_entries(ByteStream& stream, const Origin& origin, ReadContext& context) {
  Reader reader(stream);
  BootLogs boots(origin, context);
  JournalEntry entry;
  ByteStream::State state = reader.read(entry);
  for (; state == ByteStream::State::Data; state = reader.read(entry)) {
    if (!context.sink.keep_going()) return ContentEnd::Interrupted;
    constexpr uint64_t kSecond = 1'000'000;
    if (!entry.is_kernel() || entry.message.empty()) continue;
    std::optional<int64_t> time = origin.time_s;
    if (entry.realtime_us) time = static_cast<int64_t>(*entry.realtime_us / kSecond);
    boots.add(entry.boot_id, time, entry.to_log_text());
  }
  if (state == ByteStream::State::Interrupted) return ContentEnd::Interrupted;
  std::string damage = reader.damage();
  if (state == ByteStream::State::Failed) damage = stream.reason();
  if (!damage.empty()) context.sink.damaged(origin.member, damage);
  if (!boots.finish() && damage.empty()) context.sink.passed_over(origin.member);
  return damage.empty() ? ContentEnd::Whole : ContentEnd::Damaged;
}

}  // namespace

ContentEnd read_journal(ContentKind kind, ByteStream& reader, const Origin& origin, ReadContext& context) {
  return kind == ContentKind::JournalExport ? read_entries<JournalExportReader>(reader, origin, context)
                                            : read_entries<JournalJsonReader>(reader, origin, context);
}

}  // namespace ktriage

#include "input/unit_reader.h"

#include "input/archive_reader.h"
#include "input/compression.h"
#include "input/content_kind.h"
#include "input/decompressor.h"
#include "input/journal.h"
#include "input/peek_reader.h"

namespace ktriage {
namespace {

using State = ByteStream::State;

ContentEnd damage(const Origin& origin, const std::string& reason, ReadContext& context) {
  context.sink.damaged(origin.member, reason);
  return ContentEnd::Damaged;
}

ContentEnd pass_over(const Origin& origin, ReadContext& context) {
  context.sink.passed_over(origin.member);
  return ContentEnd::Whole;
}

ContentEnd read_decoded(PeekReader& reader, const Origin& origin, ReadContext& context) {
  const ContentKind kind = detect_content(reader.peek(kContentBytes));
  switch (kind) {
    case ContentKind::Tar:
    case ContentKind::Cpio:
    case ContentKind::Zip:
    case ContentKind::SevenZip:
      if (origin.archives >= context.limits.archive_depth) return pass_over(origin, context);
      return read_archive(kind, reader, origin, context);
    case ContentKind::Binary:
      return pass_over(origin, context);
    case ContentKind::JournalExport:
    case ContentKind::JournalJson:
      return read_journal(kind, reader, origin, context);
    case ContentKind::Log:
      break;
  }
  return read_log_content(reader, origin, context);
}

}  // namespace

ContentEnd read_content(ByteStream& reader, const Origin& origin, ReadContext& context) {
  if (!context.sink.keep_going()) return ContentEnd::Interrupted;
  PeekReader start(reader);
  const Compression compression = detect_compression(start.peek(kCompressionMagicBytes));
  if (compression == Compression::None) return read_decoded(start, origin, context);
  const auto decoder = make_decoder(compression, start);
  BudgetReader counted(*decoder, context.budget);
  PeekReader decoded(counted);
  Origin inside = origin;
  inside.unpacked = true;
  return read_decoded(decoded, inside, context);
}

ContentEnd read_log_content(ByteStream& reader, const Origin& origin, ReadContext& context) {
  context.sink.begin_log({origin.member, origin.time_s, origin.count});
  ContentEnd end = ContentEnd::Whole;
  uint64_t size = 0;
  std::string_view bytes;
  State state = reader.read(bytes);
  for (; state == State::Data; state = reader.read(bytes)) {
    if (!context.sink.keep_going()) return ContentEnd::Interrupted;
    size += bytes.size();
    if (origin.unpacked && size > context.limits.log_bytes) {
      end = damage(origin, "longer than " + std::to_string(context.limits.log_bytes) + " bytes; its end is not read",
                   context);
      break;
    }
    context.sink.bytes(bytes);
  }
  if (state == State::Interrupted) return ContentEnd::Interrupted;
  if (state == State::Failed) end = damage(origin, reader.reason(), context);
  context.sink.end_log();
  return end;
}

}  // namespace ktriage

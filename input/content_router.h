#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "input/content_kind.h"
#include "input/journal_reader.h"
#include "input/log_sink.h"

namespace ktriage {

enum class BinaryFiles { PassedOver, Read };

/// Looks at the beginning of some content and hands it to whom it is for: a console as it is, a journal through its
/// reader. Any chunking.
class ContentRouter {
 public:
  ContentRouter(LogSink& sink, LogHeader header, BinaryFiles binary)
      : sink_(sink), header_(std::move(header)), binary_(binary) {}

  /// False: there is no use for more bytes, since the content is nothing to read, or is to be unpacked first.
  bool write(std::string_view bytes);
  void finish();
  /// As finish(), of content that could not be read to its end.
  void fail(std::string reason);

  /// Once it is decided: the content is an archive or compressed, and nothing of it went to the sink.
  bool is_packed() const { return kind_ == ContentKind::Archive || kind_ == ContentKind::Compressed; }
  /// Of packed content: the bytes that were written.
  const std::string& head() const { return head_; }

 private:
  bool decide();
  bool pass_on(std::string_view bytes);
  void end();

  LogSink& sink_;
  LogHeader header_;
  BinaryFiles binary_;
  std::string head_;
  std::optional<ContentKind> kind_;
  std::unique_ptr<JournalConsole> journal_;
  std::unique_ptr<JournalExportReader> journal_export_;
  std::unique_ptr<JournalJsonReader> journal_json_;
};

}  // namespace ktriage

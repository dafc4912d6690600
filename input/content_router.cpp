#include "input/content_router.h"

#include <utility>

namespace ktriage {

bool ContentRouter::write(std::string_view bytes) {
  if (kind_) return pass_on(bytes);
  head_ += bytes;
  return head_.size() < kContentHeadBytes || decide();
}

/// Looks at the head and passes it on. False: more bytes are of no use.
bool ContentRouter::decide() {
  kind_ = detect_content(head_);
  if (kind_ == ContentKind::Binary && binary_ == BinaryFiles::Read) kind_ = ContentKind::Text;
  if (kind_ == ContentKind::Text) {
    sink_.begin(header_);
  } else if (kind_ == ContentKind::Binary) {
    sink_.pass_over(header_.member);
  } else if (!is_packed()) {
    journal_ = std::make_unique<JournalConsole>(sink_, header_);
    if (kind_ == ContentKind::JournalExport) journal_export_ = std::make_unique<JournalExportReader>(*journal_);
    if (kind_ == ContentKind::JournalJson) journal_json_ = std::make_unique<JournalJsonReader>(*journal_);
  }
  return is_packed() ? false : pass_on(std::exchange(head_, {}));
}

bool ContentRouter::pass_on(std::string_view bytes) {
  if (is_packed()) head_ += bytes;
  if (kind_ == ContentKind::Text) sink_.write(bytes);
  if (journal_export_) journal_export_->push(bytes);
  if (journal_json_) journal_json_->push(bytes);
  return !is_packed() && kind_ != ContentKind::Binary;
}

void ContentRouter::end() {
  if (kind_ == ContentKind::Text) sink_.end();
  if (journal_export_) journal_export_->finish();
  if (journal_json_) journal_json_->finish();
}

void ContentRouter::finish() {
  if (!kind_) decide();
  end();
}

void ContentRouter::fail(std::string reason) {
  if (!kind_) decide();
  sink_.fail(header_.member, std::move(reason));
  end();
}

}  // namespace ktriage

#include "cli/crash_printer.h"

#include "cli/crash_text.h"
#include "cli/explain_text.h"
#include "triage/crash_json.h"

namespace ktriage {

std::string CrashPrinter::render(const CrashReport& crash, std::string_view file) const {
  switch (format_) {
    case Format::Json:
      return crash_to_json(crash, signer_->sign(crash), file) + "\n";
    case Format::Text:
      return crash_to_text(crash, file, style_);
    case Format::TextAndExplanation:
      return crash_to_text(crash, file, style_) + explanation_to_text(crash, explain(crash, pack_), style_);
    case Format::Explanation:
      break;
  }
  return explained_title_to_text(crash, file, explain(crash, pack_), style_);
}

void CrashPrinter::print(const CrashReport& crash, std::string_view file) {
  if (format_ == Format::Text && crash.caused_by && !first_) {
    return output_.write(follower_to_text(crash, file, style_));
  }
  if (!first_ && format_ != Format::Json) output_.write("\n");
  first_ = false;
  output_.write(render(crash, file));
}

}  // namespace ktriage

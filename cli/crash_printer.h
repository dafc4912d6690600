#pragma once

#include <optional>
#include <string_view>

#include "cli/output.h"
#include "cli/style.h"
#include "parser/crash_report.h"
#include "rules/rule_pack.h"
#include "signatures/signature.h"

namespace ktriage {

enum class Format {
  Text,         ///< a block of lines per crash, for people
  Explanation,  ///< only how each crash got its name
  TextAndExplanation,
  Json,  ///< one object per line
};

/// Puts crashes on the standard output.
class CrashPrinter {
 public:
  /// `pack` is the one that names the crashes; it and `output` must outlive the printer.
  CrashPrinter(Format format, const Style& style, const RulePack& pack, Output& output)
      : format_(format), style_(style), pack_(pack), output_(output) {
    if (format == Format::Json) signer_.emplace(pack);
  }

  /// `file`: the log's name as given.
  void print(const CrashReport& crash, std::string_view file);

 private:
  std::string render(const CrashReport& crash, std::string_view file) const;

  Format format_;
  Style style_;
  const RulePack& pack_;
  Output& output_;
  std::optional<Signer> signer_;  // for JSON
  bool first_ = true;
};

}  // namespace ktriage

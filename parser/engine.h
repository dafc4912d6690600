#pragma once

#include <string_view>

#include "parser/crash_report.h"
#include "parser/crash_scanner.h"
#include "parser/guilty.h"
#include "parser/report_assembler.h"
#include "parser/titler.h"
#include "rules/rule_pack.h"

namespace ktriage {

/// What to do with reports that are no crashes (Family::incident).
enum class Incidents { Ignored, Reported };

/// Everything that is built once from a rule pack and shared by all parsers. Immutable and thread-safe.
class Engine {
 public:
  explicit Engine(RulePack pack, Incidents incidents = Incidents::Ignored);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const RulePack& pack() const { return pack_; }
  const CrashScanner& scanner() const { return scanner_; }

  /// The family whose trigger makes `text` (prefix off) open a crash: the longest of `hits` that is not taken back by
  /// an ignore pattern; null if none is left.
  const Family* detect(std::string_view text, const std::vector<CrashScanner::Hit>& hits) const;

  /// Does a line of this text make all crashes of its log nobody's fault?
  bool suppresses(std::string_view text, const std::vector<CrashScanner::Hit>& hits) const;

  /// Gives an assembled crash its name and its structure.
  CrashReport describe(AssembledCrash crash) const;

 private:
  RulePack pack_;
  CrashScanner scanner_;
  Titler titler_;
  GuiltyFinder guilty_;
};

}  // namespace ktriage

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/crash_report.h"
#include "rules/rule_pack.h"
#include "signatures/frame_model.h"
#include "signatures/same_bug.h"
#include "signatures/signature.h"

namespace ktriage {

/// What a crash is told by, as runs and their journal keep it.
struct CrashIdentity {
  std::string title;
  std::vector<std::string> alt_titles;
  std::optional<Signature> signature;  ///< nothing: there was no report to make one of

  bool operator==(const CrashIdentity&) const = default;
};

/// Makes identities and compares them. Immutable; thread-safe. The pack must outlive it.
class CrashJudge {
 public:
  explicit CrashJudge(const RulePack& pack) : pack_(pack), signer_(pack), model_(pack.signatures) {}

  CrashIdentity identify(const CrashReport& crash) const {
    return {crash.title, crash.alt_titles, signer_.sign(crash)};
  }
  Judgement compare(const Signature& a, const Signature& b) const { return judge(a, b, model_, pack_.signatures); }

 private:
  const RulePack& pack_;
  Signer signer_;
  FrameModel model_;
};

}  // namespace ktriage

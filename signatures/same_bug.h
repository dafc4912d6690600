#pragma once

#include <string>
#include <string_view>

#include "rules/rule_pack.h"
#include "signatures/frame_model.h"
#include "signatures/signature.h"

namespace ktriage {

enum class Verdict { Same, Likely, Different };

/// "same", "likely", "different".
std::string_view verdict_name(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::Different;
  double score = 0;  ///< 0 to 1; comparable between judgements
  std::string why;   ///< in words, for people; holds text from the log, so escape it
};

inline constexpr double kSameScore = 0.72;
inline constexpr double kLikelyScore = 0.45;

/// Are `a` and `b` crashes of the same bug? Symmetric but for the wording. Quadratic in the significant frames (at most
/// 16 each). docs/signatures.md says what counts how much, and why.
Judgement judge(const Signature& a, const Signature& b, const FrameModel& model, const SignatureRules& rules);

/// Do their messages name mistakes that are not the same? Detectors of other kinds word a mistake in other ways; but
/// where both speak of the same thing ("heap memory, ..."), they can be compared.
bool mistakes_differ(const Signature& a, const Signature& b);

/// The score alone, for much less: to find the closest of many.
double same_bug_score(const Signature& a, const Signature& b, const FrameModel& model, const SignatureRules& rules);

}  // namespace ktriage

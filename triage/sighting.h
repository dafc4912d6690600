#pragma once

#include "parser/crash_report.h"
#include "triage/triage_result.h"

namespace ktriage {

/// How good a crash is to look at.
Cleanness cleanness_of(const CrashReport& crash);

/// A crash as its cluster lists it. `log`: the name of the log it is in.
Member member_of(const CrashReport& crash, std::string log, std::optional<SeenTime> seen);

/// A crash that stands for others; `crash` is rendered, which costs more than all the rest.
Representative representative_of(const CrashReport& crash, const Signature& signature, Member member);

}  // namespace ktriage

#pragma once

#include "bisect/evidence.h"
#include "bisect/target_matcher.h"

namespace ktriage {

/// Makes the target precise, now that the commit with the crash has shown it: a target that nobody named becomes what
/// most of its runs crashed with; one that has a title gets the signature of the clearest crash so called. Others stay.
Target settle_target(const Target& target, const CrashJudge& judge, const Evidence& bad);

}  // namespace ktriage

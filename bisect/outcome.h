#pragma once

#include <string_view>

namespace ktriage {

/// What one run of the test on one commit showed. Failures of the infrastructure are no outcome: retry them.
enum class RunOutcome {
  TargetCrash,  ///< the crash that is being chased
  OtherCrash,   ///< a crash, but not that one: no evidence for or against it
  NoCrash,
  NotTestable,  ///< the commit does not build, does not boot, or cannot run the test
};

constexpr std::string_view to_string(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::TargetCrash:
      return "target crash";
    case RunOutcome::OtherCrash:
      return "other crash";
    case RunOutcome::NoCrash:
      return "no crash";
    case RunOutcome::NotTestable:
      return "not testable";
  }
  return {};
}

/// Which change of behaviour is sought. A commit *has the change* if the sought commit is among what it reaches, itself
/// included: with Cause such commits crash, with Fix they no longer do.
enum class Direction { Cause, Fix };

}  // namespace ktriage

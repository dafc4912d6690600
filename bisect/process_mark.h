#pragma once

namespace ktriage {

/// Every process of a bisection inherits this variable; its value names the state directory and the worker.
inline constexpr const char* kMarkVariable = "KTRIAGE_BISECT_MARK";

}  // namespace ktriage

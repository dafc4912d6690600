#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "input/interrupt.h"
#include "rules/result.h"

namespace ktriage {

enum class ReadEnd { Complete, Interrupted };

/// Reads the log `name` ("-": standard input) to its end, decompressed if need be, and hands it to `sink` in order. On
/// an error the sink has got what could be read before it.
Result<ReadEnd> read_log(const std::string& name, const Interrupt& interrupt,
                         const std::function<void(std::string_view)>& sink);

}  // namespace ktriage

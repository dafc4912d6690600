#pragma once

#include "input/input_file.h"
#include "input/input_limits.h"
#include "input/interrupt.h"
#include "input/log_input.h"
#include "input/log_sink.h"

namespace ktriage {

/// Reads whatever `file` is (a log, compressed or not; an archive; a journal; the records of a pstore directory) and
/// hands the logs in it to `sink`. Failures go there too. Streams; memory does not grow with the file.
ReadEnd read_input(const InputFile& file, const InputLimits& limits, const Interrupt& interrupt, LogSink& sink);

}  // namespace ktriage

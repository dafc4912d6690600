#pragma once

namespace ktriage {

/// What the process says when it ends; scripts rely on the numbers (docs/ktriage.1).
enum class ExitCode {
  Ok = 0,  ///< done; where crashes are looked for: none was found
  CrashesFound = 1,
  Usage = 2,  ///< command line, configuration or rules
  Input = 3,  ///< an input could not be read to its end, or the output not be written
  Interrupted = 130,
};

}  // namespace ktriage

#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "parser/crash_report.h"
#include "symbolizer/symbolizer.h"

namespace ktriage {

/// Gives the crashes of many logs their source lines, and counts those that it has to leave alone, for they are of
/// another kernel. May be used by several threads at once.
class CrashSymbolizer {
 public:
  /// `symbolizer` must outlive the object.
  explicit CrashSymbolizer(Symbolizer& symbolizer) : symbolizer_(symbolizer) {}

  void symbolize(CrashReport& crash);

  /// Which crashes were left alone, and why, for people; nothing if none was.
  std::optional<std::string> note() const;

 private:
  Symbolizer& symbolizer_;
  mutable std::mutex mutex_;             // of all below
  std::map<std::string, size_t> other_;  // kernels, and how many crashes of each
};

}  // namespace ktriage

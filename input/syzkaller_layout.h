#pragma once

#include <optional>
#include <string_view>

#include "input/directory_layout.h"

namespace ktriage {

/// What a file of a syzkaller crash directory is (crashes/HASH/; pkg/manager/crash.go writes it).
struct SyzkallerFile {
  enum class Role { Log, Report, NoLog, Other };
  Role role = Role::Other;
  std::string_view number;  ///< of logs and reports: which crash
};

/// By its name alone; a name means this only in a directory that is_syzkaller_crash() knows.
SyzkallerFile classify_syzkaller_file(std::string_view name);

/// Each logN is a log, a reportN only where its logN is missing; descriptions, reproducers, tags and machine infos are
/// none.
void apply_syzkaller_layout(DirectoryContent& content);

}  // namespace ktriage

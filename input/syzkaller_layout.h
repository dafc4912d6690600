#pragma once

#include <set>
#include <string>
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

/// The same for the members of an archive, which come one by one: a crash directory is known by its name, which is a
/// SHA-1, and a reportN is passed over only if its logN came before.
class SyzkallerMembers {
 public:
  /// Of a member by its path within the archive. Remembers logs of one directory at a time.
  bool is_no_log(std::string_view path);

 private:
  std::string directory_;
  std::set<std::string, std::less<>> logs_;
};

}  // namespace ktriage

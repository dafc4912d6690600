#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// Does a file of this name mean something only beside others? Names of fuzzer workdirs (syzkaller: crashes/HASH/
/// {description,logN,reportN…}), pstore directories (dmesg-BACKEND-ID) and ABRT problem directories (a file per key).
bool is_contextual(std::string_view name);

/// Does a file of this name, which is always a log by itself, say what others beside it are (logN)?
bool is_evidence(std::string_view name);

/// Files that make one input. One that is alone is read as what it holds.
using FileGroup = std::vector<std::string>;

/// What of the contextual names in a directory is to be read. `names`: all of the contextual and evident ones in it.
/// Groups come sorted; a name in none of them is no log, or says what another log of the directory says already.
std::vector<FileGroup> arrange(const std::vector<std::string>& names);

}  // namespace ktriage

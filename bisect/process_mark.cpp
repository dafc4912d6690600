#include "bisect/process_mark.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>

#include "bisect/child_process.h"
#include "input/file_descriptor.h"
#include "parser/text_cursor.h"

namespace ktriage {
namespace {

std::string read_file(const std::string& path) {
  std::string out;
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 8192> buffer{};
  for (ssize_t got = 0; fd && (got = read(fd.get(), buffer.data(), buffer.size())) > 0;) {
    out.append(buffer.data(), static_cast<size_t>(got));
  }
  return out;
}

/// True if the environment (entries ended by NUL) holds a mark that begins with `mark`.
bool is_marked(const std::string& environment, std::string_view mark) {
  const std::string wanted = std::string(kMarkVariable) + "=" + std::string(mark);
  if (environment.starts_with(wanted)) return true;
  return environment.find(std::string(1, '\0') + wanted) != std::string::npos;
}

/// One pass over /proc. A process that forks meanwhile may escape it, so that passes go on until one finds nobody.
int kill_once(std::string_view mark) {
  int killed = 0;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(opendir("/proc"), closedir);
  while (const dirent* entry = proc ? readdir(proc.get()) : nullptr) {
    const auto pid = to_number<pid_t>(entry->d_name);
    if (!pid || *pid == getpid()) continue;
    // Opened before the look at its environment: the signal cannot reach another process that got the number since.
    const FileDescriptor handle(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
    if (!handle || !is_marked(read_file("/proc/" + std::string(entry->d_name) + "/environ"), mark)) continue;
    if (syscall(SYS_pidfd_send_signal, handle.get(), SIGKILL, nullptr, 0) == 0) ++killed;
  }
  return killed;
}

}  // namespace

int kill_marked_processes(std::string_view mark) {
  constexpr int kPasses = 20;  // zombies keep no environment, so that few are needed
  int total = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const int killed = kill_once(mark);
    total += killed;
    if (killed == 0) break;
  }
  return total;
}

}  // namespace ktriage

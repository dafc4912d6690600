#include "input/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "input/file_descriptor.h"

namespace ktriage {

std::optional<std::string> read_small_file(const std::string& path, size_t limit) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  std::string out(std::min(limit, static_cast<size_t>(status.st_size)), '\0');
  size_t size = 0;
  while (size < out.size()) {
    const ssize_t count = read(file.get(), out.data() + size, out.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  out.resize(size);
  return out;
}

}  // namespace ktriage

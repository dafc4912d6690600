#include "symbolizer/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ktriage {
namespace {

Diagnostic failure(const std::string& path, int code) {
  return {path, 0, 0, "cannot be read: " + std::generic_category().message(code)};
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not keep us waiting
  if (fd < 0) return failure(path, errno);
  struct stat status {};
  const bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  MappedFile file;
  int code = 0;
  if (!regular) {
    code = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
  } else if (status.st_size > 0) {
    const auto size = static_cast<size_t>(status.st_size);
    void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
      code = errno;
    } else {
      file.data_ = static_cast<char*>(data);
      file.size_ = size;
    }
  }
  ::close(fd);
  if (code != 0) return failure(path, code);
  return file;
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

void MappedFile::forget_pages() const {
  if (data_ != nullptr) madvise(data_, size_, MADV_DONTNEED);
}

}  // namespace ktriage

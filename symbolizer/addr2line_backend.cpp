#include "symbolizer/addr2line_backend.h"

#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "symbolizer/source_path.h"

namespace ktriage {
namespace {

constexpr size_t kMaxWorkers = 8;
constexpr int kMaxFailures = 5;

/// The bytes as a file that another process can open; its descriptor, or -1.
int copy_to_memory(std::string_view bytes) {
  const int fd = memfd_create("ktriage", MFD_CLOEXEC);
  while (fd >= 0 && !bytes.empty()) {
    const ssize_t done = write(fd, bytes.data(), bytes.size());
    if (done <= 0) {
      close(fd);
      return -1;
    }
    bytes.remove_prefix(static_cast<size_t>(done));
  }
  return fd;
}

}  // namespace

Result<Addr2lineTool> Addr2linePool::tool_for(const ElfFile& file) {
  auto tool = program_.empty() ? find_addr2line(file.machine(), file.is_relocatable()) : identify_addr2line(program_);
  if (tool && tool->kind == Addr2lineKind::Llvm && file.is_relocatable()) {
    return Diagnostic{tool->program, 0, 0, "cannot be told a module's section; for modules use eu-addr2line or GNU's"};
  }
  if (tool) return *tool;
  if (!program_.empty()) return Diagnostic{program_, 0, 0, "cannot be run; --addr2line takes a program"};
  return Diagnostic{file.name(), 0, 0, "no addr2line for its machine is installed; try the packages elfutils or llvm"};
}

Addr2lineProcess* Addr2linePool::worker(const Addr2lineTool& tool, const std::string& path, const std::string& section,
                                        bool wide) {
  for (auto at = workers_.begin(); at != workers_.end(); ++at) {
    if (at->path != path || at->section != section) continue;
    workers_.splice(workers_.begin(), workers_, at);
    return &workers_.front().process;
  }
  auto process = Addr2lineProcess::start(tool, path, section, wide);
  if (!process) return nullptr;
  if (workers_.size() >= kMaxWorkers) workers_.pop_back();
  workers_.push_front({path, section, std::move(process.value())});
  return &workers_.front().process;
}

std::vector<Addr2lineFrame> Addr2linePool::ask(const Addr2lineTool& tool, const std::string& path,
                                               const std::string& section, bool wide, uint64_t address) {
  for (int attempt = 0; attempt < 2 && failures_ < kMaxFailures; ++attempt) {
    Addr2lineProcess* process = worker(tool, path, section, wide);
    if (process == nullptr) break;
    if (auto answer = process->ask(address, limit_)) {
      failures_ = 0;
      return std::move(*answer);
    }
    workers_.pop_front();
    warn_(tool.program + " died or gave no answer; it was started anew");
  }
  if (++failures_ == kMaxFailures) warn_(tool.program + " keeps failing and is asked no more; the log goes on without");
  return {};
}

Result<std::unique_ptr<Backend>> Addr2lineBackend::open(const ElfFile& file, std::shared_ptr<Addr2linePool> pool) {
  auto tool = pool->tool_for(file);
  if (!tool) return tool.errors();
  return std::unique_ptr<Backend>(new Addr2lineBackend(file, std::move(pool), std::move(tool.value())));
}

Addr2lineBackend::Addr2lineBackend(const ElfFile& file, std::shared_ptr<Addr2linePool> pool, Addr2lineTool tool)
    : file_(file), pool_(std::move(pool)), tool_(std::move(tool)), path_(file.name()) {
  if (const auto bytes = file.decompressed_bytes(); !bytes.empty()) {
    copy_ = copy_to_memory(bytes);
    path_ = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(copy_);
  }
}

Addr2lineBackend::~Addr2lineBackend() {
  if (copy_ >= 0) close(copy_);
}

std::vector<SourceFrame> Addr2lineBackend::look_up(uint64_t address) {
  std::string section;
  if (file_.is_relocatable()) {
    const ElfSection* found = file_.section_at(address);
    if (found == nullptr) return {};
    section = found->name;
    address -= found->address;
  }
  answer_ = pool_->ask(tool_, path_, section, file_.is_64bit(), address);
  // A name without a file comes from the symbol table, which we have ourselves.
  if (answer_.size() == 1 && answer_.front().file.empty()) answer_.clear();
  std::vector<SourceFrame> frames;
  for (size_t i = 0; i < answer_.size(); ++i) {
    auto& frame = answer_[i];
    frame.file = tidy_path(frame.file);
    const bool outermost = i + 1 == answer_.size();
    if (outermost && frame.function.starts_with("__pfx_")) frame.function.clear();
    frames.push_back({frame.function, frame.file, frame.line, !outermost});
  }
  return frames;
}

}  // namespace ktriage

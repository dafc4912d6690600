#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "symbolizer/addr2line_tool.h"
#include "symbolizer/backend.h"
#include "symbolizer/elf_file.h"

namespace ktriage {

/// The processes of all binaries: a bounded number at a time, the one that was used longest ago goes first.
class Addr2linePool {
 public:
  using Warn = std::function<void(const std::string&)>;

  /// `program`: empty for the best there is. `limit`: how long an answer may take.
  Addr2linePool(std::string program, std::chrono::milliseconds limit, Warn warn)
      : program_(std::move(program)), limit_(limit), warn_(std::move(warn)) {}

  /// The frames at `address`, which counts from the start of `section` if that is not empty. A process that dies, hangs
  /// or talks nonsense is replaced and asked once more; if that fails too nothing is known about the address, and after
  /// a few such addresses the tool is given up.
  std::vector<Addr2lineFrame> ask(const Addr2lineTool& tool, const std::string& path, const std::string& section,
                                  bool wide, uint64_t address);

  /// The tool for a file; an error says which are missing.
  Result<Addr2lineTool> tool_for(const ElfFile& file);

 private:
  struct Worker {
    std::string path;
    std::string section;
    Addr2lineProcess process;
  };
  Addr2lineProcess* worker(const Addr2lineTool& tool, const std::string& path, const std::string& section, bool wide);

  std::string program_;
  std::chrono::milliseconds limit_;
  Warn warn_;
  std::list<Worker> workers_;  // the one used last in front
  int failures_ = 0;           // in a row
};

/// Asks addr2line processes.
class Addr2lineBackend : public Backend {
 public:
  /// `file` must outlive the backend.
  static Result<std::unique_ptr<Backend>> open(const ElfFile& file, std::shared_ptr<Addr2linePool> pool);
  ~Addr2lineBackend() override;

  std::string_view name() const override { return tool_.program; }
  std::vector<SourceFrame> look_up(uint64_t address) override;

 private:
  Addr2lineBackend(const ElfFile& file, std::shared_ptr<Addr2linePool> pool, Addr2lineTool tool);

  const ElfFile& file_;
  std::shared_ptr<Addr2linePool> pool_;
  Addr2lineTool tool_;
  std::string path_;
  int copy_ = -1;                       // of a file that is compressed on disk
  std::vector<Addr2lineFrame> answer_;  // what the last look-up's views are of
};

}  // namespace ktriage

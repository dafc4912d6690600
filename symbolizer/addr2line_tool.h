#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbolizer/child_process.h"

namespace ktriage {

enum class Addr2lineKind { Gnu, Llvm, Elfutils };

/// A program that speaks addr2line's language.
struct Addr2lineTool {
  std::string program;
  Addr2lineKind kind = Addr2lineKind::Gnu;
};

/// What `program` is, told by its --version; nothing if it cannot be run.
std::optional<Addr2lineTool> identify_addr2line(const std::string& program);

/// The best one in $PATH for a file of this machine (EM_*): LLVM's and elfutils' read every machine's and are right
/// about files; GNU's is made for one machine and needs that machine's name, or $CROSS_COMPILE, before it. For modules
/// only tools that can be told the section.
std::optional<Addr2lineTool> find_addr2line(uint16_t machine, bool relocatable);

/// One line of the answer to a question.
struct Addr2lineFrame {
  std::string function;  ///< empty: unknown
  std::string file;      ///< empty: unknown
  uint32_t line = 0;
};

/// A running addr2line for one file (and one section of it). Each question is followed by another whose answer is known
/// in kind, so that answers cannot be taken for another question's.
class Addr2lineProcess {
 public:
  /// `section`: addresses count from its start; empty: they are the file's.
  static Result<Addr2lineProcess> start(const Addr2lineTool& tool, const std::string& path, const std::string& section,
                                        bool wide);

  /// Innermost first. Nothing if the process died, did not answer within `limit`, or gave something else than an
  /// answer: it is of no use any more then.
  std::optional<std::vector<Addr2lineFrame>> ask(uint64_t address, std::chrono::milliseconds limit);

  pid_t pid() const { return child_.pid(); }

 private:
  Addr2lineProcess(ChildProcess child, bool wide) : child_(std::move(child)), wide_(wide) {}

  ChildProcess child_;
  bool wide_;
};

}  // namespace ktriage

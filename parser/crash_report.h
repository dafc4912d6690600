#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule_pack.h"

namespace ktriage {

/// One line of a stack trace. Strings are empty and optionals absent where the log does not show the fact.
struct Frame {
  std::string function;            ///< as printed, with compiler suffixes; empty for a bare address
  std::optional<uint64_t> offset;  ///< of the return address (or fault) in the function, bytes
  std::optional<uint64_t> size;    ///< of the function, as printed: the distance to the next symbol
  std::optional<uint64_t> address;
  std::string module;
  std::string build_id;  ///< of the module, lower-case hexadecimal
  std::string file;      ///< as printed by a symbolizer
  uint32_t line = 0;     ///< 0: unknown
  bool reliable = true;  ///< false: the unwinder marked it `?` or (unreliable)
  bool inlined = false;
  bool at_fault = false;  ///< the instruction itself (RIP, PC), not where a call returns to
};

struct Stack {
  StackRole role = StackRole::Crash;
  std::string header;         ///< the line that announced it; empty if none did
  std::vector<Frame> frames;  ///< innermost first
};

/// Where in its log a crash stands. Bytes count from 0, `end_byte` is past the last one; lines count from 1, `end_line`
/// is the last.
struct LogRange {
  uint64_t start_byte = 0;
  uint64_t end_byte = 0;
  uint64_t start_line = 0;
  uint64_t end_line = 0;
};

struct KernelInfo {
  std::string release;
  std::string build_id;  ///< of vmlinux, lower-case hexadecimal, as kernels with CONFIG_STACKTRACE_BUILD_ID print it
  std::string arch;      ///< as `uname -m` says; from the registers and lines that only one architecture prints
  std::string tainted;   ///< the letters and texts behind "Tainted: "; empty: not tainted or unknown
  std::string hardware;
};

struct Code {
  std::string bytes;                  ///< as printed, without the marks around the trapping instruction
  std::optional<size_t> trap_offset;  ///< index of the marked byte or word's first byte within the decoded bytes
};

struct Executor {
  uint32_t proc = 0;
  uint32_t id = 0;
};

/// The function a developer should look at first, with the argument for it.
struct Guilty {
  std::string function;
  std::string module;
  std::string file;
  uint32_t line = 0;
  std::string why;
};

/// A frame that the search for the guilty one passed over.
struct SkippedFrame {
  std::string function;
  std::string list;   ///< name of the frame list, or "skip_also"
  std::string entry;  ///< the pattern of the list that fitted
};

/// An earlier crash of the same log that this one follows from.
struct Cause {
  uint64_t start_byte = 0;  ///< where it begins in the log
  std::string title;
  std::string why;
};

/// A crash, structured. All text is cleaned of control characters by the time it is here, except for line ends in
/// `report`.
struct CrashReport {
  std::string title;
  std::vector<std::string> alt_titles;  ///< sorted, without the title
  std::string type;                     ///< syzbot's; empty if unknown
  int severity = 0;                     ///< 1 is the least grave; 0: no type, so unknown
  std::string frame;  ///< syzbot's guilty function; "corrupted" if none was found, empty if the title names none
  std::string corrupted_reason;  ///< empty: the report is sound
  bool suppressed = false;
  bool panicked = false;
  bool incident = false;  ///< no crash, but a sign that something is wrong

  LogRange range;
  std::optional<double> time_s;  ///< of the first line, since boot
  KernelInfo kernel;
  std::optional<uint32_t> cpu;
  std::optional<uint32_t> pid;
  std::string comm;
  std::optional<Executor> executor;

  std::vector<Stack> stacks;
  std::vector<std::pair<std::string, std::string>> registers;  ///< of the crash's first dump, in printed order
  Code code;
  std::vector<std::string> modules;
  std::optional<Guilty> guilty;
  std::string guilty_file;  ///< the source file that the crash is probably about; empty if it shows no source positions
  std::optional<Cause> caused_by;

  std::string rule;  ///< id of the rule that gave the title; empty: none fitted
  std::string family;
  std::vector<SkippedFrame> skipped;  ///< on the way to `frame`, in order
  std::string report;                 ///< cleaned text: no prefixes, no unreliable frames

  bool corrupted() const { return !corrupted_reason.empty(); }
};

}  // namespace ktriage

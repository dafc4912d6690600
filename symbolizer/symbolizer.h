#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/crash_report.h"
#include "parser/guilty.h"
#include "rules/rule_pack.h"
#include "symbolizer/binary_finder.h"
#include "symbolizer/kernel_binary.h"

namespace ktriage {

enum class BackendKind {
  Dwarf,      ///< in this process, own decoder
  Libdw,      ///< in this process, elfutils
  Addr2line,  ///< a pool of processes
  Check,      ///< Dwarf, with every answer compared with addr2line's
};

enum class Mismatch { Refuse, GoOn };

struct SymbolizerOptions {
  std::string vmlinux;
  SearchPlaces places;
  BackendKind backend = BackendKind::Dwarf;
  std::string addr2line;                             ///< the program; empty: found by the vmlinux's machine
  std::chrono::milliseconds addr2line_limit{60000};  ///< how long it may take to answer
  std::string cache_directory;                       ///< empty: no cache
  Mismatch mismatch = Mismatch::Refuse;
  unsigned index_jobs = 0;  ///< threads that decode all of vmlinux when it is opened; 0: what is asked for, as it is
  /// Rules that tell machinery from guilty functions, for inlined calls; may be null, must outlive the symbolizer.
  const RulePack* rules = nullptr;
  /// Told what the user should know: a module that is missing, a tool that died. Each thing once, never two at a time.
  std::function<void(const std::string&)> warn = [](const std::string&) {};
};

/// Code as a log names it.
struct CodeName {
  enum class Kind : uint8_t {
    Return,  ///< where a call returns to: the call is what matters, one byte before
    Exact,   ///< the instruction itself: RIP, PC
  };
  std::string_view function;
  uint64_t offset = 0;
  std::optional<uint64_t> size;
  std::string_view module;
  std::string_view build_id;  ///< of the module
  Kind kind = Kind::Return;
};

/// Where code comes from. More than one chain: the name stands for several functions that the size does not tell apart.
struct Resolution {
  using Chain = std::vector<SourcePlace>;  ///< innermost first; the last one is the function itself
  std::vector<Chain> chains;               ///< none: unknown, and `why` says why
  std::string why;

  const Chain* only() const { return chains.size() == 1 ? &chains.front() : nullptr; }
};

/// Functions of one kernel's logs to lines of its source. One object may be used by several threads at once: look-ups
/// take turns, for they share what has been decoded; all else of symbolize(CrashReport&) runs side by side.
class Symbolizer {
 public:
  /// Opens and reads the vmlinux; modules are looked for as they are needed.
  static Result<std::unique_ptr<Symbolizer>> open(SymbolizerOptions options);

  Resolution resolve(const CodeName& name);
  /// The same for an address of vmlinux as linked (KASLR taken off).
  Resolution resolve(uint64_t address, CodeName::Kind kind);
  /// The symbol that holds an address of vmlinux.
  std::optional<Symbol> symbol_at(uint64_t address) const { return vmlinux_->symbols().at(address); }
  std::optional<uint64_t> address_of(std::string_view symbol) const;

  /// Fills in file and line of every frame, inserts the frames of inlined calls, looks for the guilty function again
  /// with those (given `rules`), and gives it its place. Frames that have a file already stay. A report of another
  /// kernel is left as it is, and the user told.
  void symbolize(CrashReport& report);

  /// Nothing if a kernel that prints this may be ours; else what differs, for people.
  std::optional<std::string> release_mismatch(std::string_view release) const;
  std::optional<std::string> build_id_mismatch(std::string_view build_id) const;
  /// Whether a crash of such a kernel has to be left alone; see SymbolizerOptions::mismatch.
  bool refuses(const KernelInfo& crashed) const;

  /// Passes on what the user should know, unless it was said before.
  void warn(const std::string& message) const { options_.warn(message); }

  /// Release and build id of the vmlinux, as far as it tells them.
  KernelInfo kernel() const;
  uint16_t machine() const { return vmlinux_->file().machine(); }
  const KernelBinary& vmlinux() const { return *vmlinux_; }
  const SymbolizerOptions& options() const { return options_; }

  /// How many look-ups failed for which reason; for a summary, when no thread looks up any more.
  const std::map<std::string, size_t>& failures() const { return failures_; }

 private:
  Symbolizer(SymbolizerOptions options, std::unique_ptr<KernelBinary> vmlinux, BackendFactory make_backend);

  KernelBinary* module(std::string_view name, std::string_view build_id);
  Resolution resolve_in(KernelBinary& binary, const CodeName& name);
  Resolution fail(std::string why);
  void symbolize(Stack& stack);
  void place_guilty(CrashReport& report) const;
  std::optional<std::string> mismatch(const KernelInfo& crashed) const;

  SymbolizerOptions options_;
  BinaryFinder finder_;
  std::unique_ptr<KernelBinary> vmlinux_;
  BackendFactory make_backend_;
  SourceRoots roots_;
  std::string banner_;
  std::string release_;
  std::optional<GuiltyFinder> guilty_;
  std::map<std::string, std::unique_ptr<KernelBinary>, std::less<>> modules_;  // null: not to be had
  std::map<std::string, size_t> failures_;
  std::mutex looking_up_;  // guards modules_, failures_, finder_ and the backends
};

/// For people: "Linux 6.12.1-foo with build id 0a1b…".
std::string name_of(const KernelInfo& kernel);

/// "Linux version 6.12.1-foo (root@host) …" (init/version.c) → "6.12.1-foo"; empty if there is no such line, as where a
/// hex dump shows the beginning of one.
std::string_view release_of_banner(std::string_view banner);

/// "CPU: 0 PID: 1 Comm: init Not tainted 6.12.1-foo #1 …" (lib/dump_stack.c) → "6.12.1-foo"; empty if the first line of
/// `text` that names a task names no kernel.
std::string_view release_of_crash(std::string_view text);

}  // namespace ktriage

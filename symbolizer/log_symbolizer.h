#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "parser/line_reader.h"
#include "symbolizer/code_mention.h"
#include "symbolizer/symbolizer.h"

namespace ktriage {

struct LogSymbolizerOptions {
  bool disassemble = true;  ///< instructions below each `Code:` line of the kernel
  bool demangle = false;    ///< C++'s and Rust's names of functions readable, instead of as the kernel prints them
};

/// A console in, the same console out, with "file:line" behind each function+offset and the calls inlined there on
/// lines of their own above it, marked [inline]. Every other byte stays. Lines go out as they come in.
class LogSymbolizer {
 public:
  using Sink = std::function<void(std::string_view)>;

  /// `symbolizer` may be null: then everything passes through, but for names to be demangled. Both must outlive the
  /// object.
  LogSymbolizer(Symbolizer* symbolizer, LogSymbolizerOptions options, Sink sink);

  void push(std::string_view bytes) { reader_.push(bytes); }
  void finish() { reader_.finish(); }

  struct Counts {
    size_t functions = 0;  ///< function+offset seen
    size_t resolved = 0;
    size_t ambiguous = 0;  ///< of the resolved: several functions fit
    size_t refused = 0;    ///< left alone, for they are of another kernel
  };
  const Counts& counts() const { return counts_; }

 private:
  void on_line(std::string_view line);
  void write(std::string_view text) { sink_(text); }
  bool is_other_kernel(std::string_view text);
  void learn_slide(std::string_view line);
  bool annotate(std::string_view line);
  Resolution resolve(const CodeMention& mention);
  void write_demangled(std::string_view line);
  bool annotate_address(std::string_view line);
  void disassemble(std::string_view line);

  Symbolizer* symbolizer_;
  LogSymbolizerOptions options_;
  Sink sink_;
  LineReader reader_;
  Counts counts_;
  bool refused_ = false;           // this boot is of another kernel
  std::optional<uint64_t> slide_;  // KASLR: what addresses in the log have too much
  std::string fault_;              // the last instruction pointer: "function+0x12"
  std::optional<uint64_t> fault_offset_;
  bool user_mode_ = false;  // the last instruction pointer is user space's
  std::string last_code_;   // the last Code: line's bytes, which the kernel may print twice
};

}  // namespace ktriage

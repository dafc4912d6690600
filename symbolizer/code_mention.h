#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parser/frame_line.h"
#include "symbolizer/symbolizer.h"

namespace ktriage {

/// A "function+0x12/0x34 [module]" in a line of a console.
struct CodeMention {
  FrameView symbol;
  size_t start = 0;  ///< of the function's name in the line
  size_t end = 0;    ///< past the symbol and its module
  CodeName::Kind kind = CodeName::Kind::Return;
  bool is_frame = false;  ///< the line is a stack frame or an instruction pointer, and says nothing else
};

/// All mentions of a line, in order. Those that have a source position behind them already are left out. Linear.
std::vector<CodeMention> find_mentions(std::string_view line);

/// An address of code in a line of a console, without a name: what kernels without kallsyms print.
struct AddressMention {
  uint64_t address = 0;
  size_t start = 0;  ///< in the line
  size_t end = 0;
  CodeName::Kind kind = CodeName::Kind::Return;
};

/// The address that a line consists of, as a stack frame or an instruction pointer: "[<ffffffff81000000>]",
/// " ? 0xffffffff81000000", "RIP: 0010:0xffffffff81000000".
std::optional<AddressMention> find_address(std::string_view line);

}  // namespace ktriage

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

}  // namespace ktriage

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ktriage {

/// A stack frame as views into its line.
struct FrameView {
  std::string_view function;  ///< with compiler suffixes, without +offset; empty for a bare address
  std::optional<uint64_t> offset;
  std::optional<uint64_t> size;
  std::optional<uint64_t> address;
  std::string_view caller;  ///< what arm's "f from g" names behind "from"
  std::string_view module;
  std::string_view build_id;
  std::string_view file;
  uint32_t line = 0;
  bool reliable = true;
  bool inlined = false;
};

/// What a symbolizer prints behind the position of an inlined function.
inline constexpr std::string_view kInlineMark = " [inline]";

/// Reads a message (prefix already off) as one frame of a stack trace, in any of the shapes that architectures print:
///   func+0x1/0x2 [module build-id] dir/file.c:12 [inline]      x86, arm64, loongarch (lib/dump_stack.c, symbolized by
///   hand)
///   [<ffffffff81000000>] ? func+0x1/0x2                        x86 before 4.11, riscv, mips, s390
///   [<c010f0e8>] (func) from [<c010b6fc>] (caller+0x1/0x2)     arm before 5.16; `func from caller+0x1/0x2` since
///   [c000000002a3b9e0] [c00000000013a4e4] func+0x1/0x2 (unreliable)     powerpc
/// std::nullopt if the line is not a frame. For arm's "f from g" lines the frame is f. Never allocates; linear.
std::optional<FrameView> parse_frame_line(std::string_view text);

/// The same for text that starts at the function's name, as behind `RIP: 0010:`.
std::optional<FrameView> parse_symbol(std::string_view text);

/// The name without what compilers add: foo.isra.0.cold → foo. Names that start with a dot, or hold C++ or Rust syntax,
/// stay whole.
std::string_view strip_compiler_suffix(std::string_view function);

}  // namespace ktriage

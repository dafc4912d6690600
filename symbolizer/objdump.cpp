#include "symbolizer/objdump.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "parser/text_cursor.h"
#include "symbolizer/child_process.h"
#include "symbolizer/cross_tools.h"

namespace ktriage {
namespace {

constexpr std::chrono::seconds kLimit{10};

/// Bytes as a file without a name; objdump must be able to seek in it.
class MemoryFile {
 public:
  explicit MemoryFile(const std::vector<uint8_t>& bytes) : fd_(memfd_create("code", MFD_CLOEXEC)) {
    if (fd_ < 0) return;
    whole_ = write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() {
    if (fd_ >= 0) close(fd_);
  }

  bool is_whole() const { return whole_; }
  /// Under which our children can open it.
  std::string path() const { return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_); }

 private:
  int fd_;
  bool whole_ = false;
};

/// Length of the instruction whose first two bytes stand at `at` (RISC-V unprivileged specification, 1.5): compressed
/// ones have 2 bytes, others 4; longer ones are in no kernel.
size_t riscv_length(const std::vector<uint8_t>& bytes, size_t at) { return (bytes[at] & 3) == 3 ? 4 : 2; }

/// Where the instructions begin: the line's first two bytes may be another's second half. From `start` on, the
/// trapping instruction must be met.
size_t first_instruction(const MachineCode& code, const Boundaries& known) {
  const size_t trap = code.trap_offset.value_or(0);
  const auto meets_trap = [&](size_t start) {
    size_t at = start;
    while (at < trap) at += riscv_length(code.bytes, at);
    return at == trap;
  };
  if (known.function_offset && *known.function_offset <= trap) {
    const size_t start = trap - *known.function_offset;
    if (meets_trap(start)) return start;
  }
  for (size_t start = 0; start < trap; start += 2) {
    if (meets_trap(start)) return start;
  }
  return trap;
}

/// "   6:\t00371793          \tsll\ta5,a4,0x3": the offset and the text.
std::optional<std::pair<size_t, std::string>> read_row(std::string_view row) {
  eat_blanks(row);
  const auto offset = to_number<size_t>(eat_while(row, is_hex_digit), 16);
  if (!offset || !eat(row, ":\t")) return std::nullopt;
  const size_t tab = row.find('\t');
  if (tab == std::string_view::npos) return std::nullopt;
  std::string text(row.substr(tab + 1));
  std::replace(text.begin(), text.end(), '\t', ' ');
  return std::pair(*offset, std::move(text));
}

std::optional<std::string> run_objdump(const MachineCode& code, std::string_view arch, size_t start) {
  const MemoryFile file(code.bytes);
  if (!file.is_whole()) return std::nullopt;
  const std::string machine = arch == "riscv32" ? "riscv:rv32" : "riscv:rv64";
  for (const auto& name : cross_tool_names(EM_RISCV, "objdump")) {
    auto printed = run_to_end(
        {name, "-D", "-z", "-b", "binary", "-m", machine, "--start-address=" + std::to_string(start), file.path()},
        kLimit);
    if (printed) return printed;
  }
  return std::nullopt;
}

}  // namespace

bool needs_objdump(std::string_view arch) { return arch == "riscv64" || arch == "riscv32"; }

std::vector<Instruction> disassemble_by_objdump(const MachineCode& code, std::string_view arch,
                                                const Boundaries& known) {
  const size_t start = first_instruction(code, known);
  const auto printed = run_objdump(code, arch, start);
  if (!printed) return {};
  std::vector<Instruction> out;
  for (std::string_view rest = *printed; !rest.empty();) {
    const auto row = read_row(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    if (!row || row->first + 2 > code.bytes.size()) continue;
    const size_t size = riscv_length(code.bytes, row->first);
    if (row->first + size > code.bytes.size()) break;  // cut off by the line's end
    out.push_back({row->first, size, row->second, code.trap_offset == row->first});
  }
  return out;
}

}  // namespace ktriage

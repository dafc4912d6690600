#include "symbolizer/addr2line_tool.h"

#include <array>
#include <cstdio>
#include <utility>

#include "parser/text_cursor.h"
#include "symbolizer/cross_tools.h"

namespace ktriage {
namespace {

constexpr std::chrono::seconds kVersionLimit{10};
constexpr size_t kMaxFrames = 1000;

std::optional<uint64_t> echoed_address(std::string_view line) {
  if (!eat(line, "0x")) return std::nullopt;
  return to_number<uint64_t>(line, 16);
}

/// "file:12", "file:12:5", "file:12 (discriminator 3)", "??:0", "??:?".
void read_position(std::string_view text, Addr2lineFrame& frame) {
  text = text.substr(0, text.find(" (discriminator"));
  std::vector<std::string_view> numbers;
  while (numbers.size() < 2) {
    const size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) break;
    const auto last = text.substr(colon + 1);
    if (last != "?" && !to_number<uint32_t>(last)) break;
    numbers.push_back(last);
    text = text.substr(0, colon);
  }
  if (numbers.empty() || text == "??") return;
  frame.file = text;
  frame.line = to_number<uint32_t>(numbers.back()).value_or(0);
}

Addr2lineFrame to_frame(std::string_view function, std::string_view position) {
  Addr2lineFrame frame;
  function = function.substr(0, function.find(" inlined at "));  // elfutils
  if (function != "??") frame.function = function;
  read_position(position, frame);
  return frame;
}

}  // namespace

std::optional<Addr2lineTool> identify_addr2line(const std::string& program) {
  const auto version = run_to_end({program, "--version"}, kVersionLimit);
  if (!version) return std::nullopt;
  if (version->find("elfutils") != std::string::npos) return Addr2lineTool{program, Addr2lineKind::Elfutils};
  if (version->find("LLVM") != std::string::npos) return Addr2lineTool{program, Addr2lineKind::Llvm};
  return Addr2lineTool{program, Addr2lineKind::Gnu};
}

std::optional<Addr2lineTool> find_addr2line(uint16_t machine, bool relocatable) {
  std::vector<std::string> names;
  if (!relocatable) {
    names = {"llvm-addr2line", "llvm-addr2line-19", "llvm-addr2line-18", "llvm-addr2line-16", "llvm-addr2line-14"};
  }
  names.emplace_back("eu-addr2line");
  for (auto& name : cross_tool_names(machine, "addr2line")) names.push_back(std::move(name));
  for (const auto& name : names) {
    if (auto tool = identify_addr2line(name)) return tool;
  }
  return std::nullopt;
}

Result<Addr2lineProcess> Addr2lineProcess::start(const Addr2lineTool& tool, const std::string& path,
                                                 const std::string& section, bool wide) {
  std::vector<std::string> arguments = {tool.program, "-a", "-f", "-i", "-e", path};
  if (!section.empty()) {
    arguments.emplace_back("-j");
    arguments.push_back(section);
  }
  auto child = ChildProcess::start(arguments);
  if (!child) return child.errors();
  return Addr2lineProcess(std::move(child.value()), wide);
}

std::optional<std::vector<Addr2lineFrame>> Addr2lineProcess::ask(uint64_t address, std::chrono::milliseconds limit) {
  // No kernel has code at the very end of memory, and every addr2line answers one frame there: "??" and "??:0", or some
  // symbol's name and "??:0".
  const uint64_t all_ones = wide_ ? ~uint64_t{0} : 0xffffffff;
  const uint64_t sentinel = all_ones - 14;
  const auto deadline = ChildProcess::Clock::now() + limit;
  std::array<char, 64> question{};
  std::snprintf(question.data(), question.size(), "0x%llx\n0x%llx\n", static_cast<unsigned long long>(address),
                static_cast<unsigned long long>(sentinel));
  if (!child_.write(question.data(), deadline)) return std::nullopt;

  const auto first = child_.read_line(deadline);
  const auto echo = first ? echoed_address(*first) : std::nullopt;
  if (!echo) return std::nullopt;
  std::vector<Addr2lineFrame> frames;
  while (frames.size() < kMaxFrames) {
    const auto function = child_.read_line(deadline);
    if (!function) return std::nullopt;
    if (const auto end = echoed_address(*function)) {
      // elfutils echoes addresses as it has laid out the sections: both moved by the same.
      if (((*echo - address) & all_ones) != ((*end - sentinel) & all_ones)) return std::nullopt;
      if (!child_.read_line(deadline) || !child_.read_line(deadline)) return std::nullopt;
      return frames;
    }
    const auto position = child_.read_line(deadline);
    if (!position) return std::nullopt;
    frames.push_back(to_frame(*function, *position));
  }
  return std::nullopt;
}

}  // namespace ktriage

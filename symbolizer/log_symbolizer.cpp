#include "symbolizer/log_symbolizer.h"

#include <elf.h>

#include <array>
#include <cstdio>

#include "parser/demangle.h"
#include "parser/text_cursor.h"
#include "symbolizer/disassembler.h"
#include "symbolizer/objdump.h"

namespace ktriage {
namespace {

/// "\n", "\r\n" or nothing, as the line ends.
std::string_view ending_of(std::string_view line) {
  size_t size = 0;
  if (line.ends_with('\n')) ++size;
  while (size < line.size() && size > 0 && line[line.size() - size - 1] == '\r') ++size;
  return line.substr(line.size() - size);
}

std::string position(const SourcePlace& place) {
  return place.line > 0 ? place.file + ":" + std::to_string(place.line) : place.file;
}

/// " file:line" of the function itself; of each of them if the name stands for several: " a.c:1 (or b.c:2)".
std::string positions(const Resolution& resolution) {
  std::string out;
  for (const auto& chain : resolution.chains) {
    const std::string one = position(chain.back());
    if (one.empty()) continue;
    out += out.empty() ? " " : out.find('(') == std::string::npos ? " (or " : ", ";
    out += one;
  }
  if (out.find('(') != std::string::npos) out += ')';
  return out;
}

std::string fault_text(const CodeMention& mention) {
  return std::string(mention.symbol.function) + "+" + std::to_string(*mention.symbol.offset);
}

/// "RIP: 0033:0x47b7a0": the code segment of user space has the privilege bits set.
bool is_user_pointer(std::string_view line) {
  const size_t at = line.find("IP: ");
  if (at == std::string_view::npos || line.size() < at + 9 || line[at + 8] != ':') return false;
  const auto segment = to_number<uint32_t>(line.substr(at + 4, 4), 16);
  return segment && (*segment & 3) == 3;
}

/// Lines like `line` for the calls that were inlined there, each with the name in the place at `start`.
std::string inlined_calls(const Resolution::Chain& chain, std::string_view line, size_t start) {
  std::string out;
  for (size_t i = 0; i + 1 < chain.size(); ++i) {
    out += line.substr(0, start);
    out += chain[i].function + " " + position(chain[i]) + " [inline]";
    out += ending_of(line).empty() ? "\n" : ending_of(line);
  }
  return out;
}

/// The mention as it is to be printed.
std::string text_of(const CodeMention& mention, std::string_view line, const LogSymbolizerOptions& options) {
  const auto text = line.substr(mention.start, mention.end - mention.start);
  const auto name = mention.symbol.function;
  if (!options.demangle || !text.starts_with(name)) return std::string(text);
  return demangle(name).append(text.substr(name.size()));
}

}  // namespace

LogSymbolizer::LogSymbolizer(Symbolizer* symbolizer, LogSymbolizerOptions options, Sink sink)
    : symbolizer_(symbolizer), options_(options), sink_(std::move(sink)), reader_([this](const LineBlock& block) {
        auto rest = block.bytes;
        while (!rest.empty()) {
          const size_t newline = rest.find('\n');
          const size_t size = newline == std::string_view::npos ? rest.size() : newline + 1;
          on_line(rest.substr(0, size));
          rest.remove_prefix(size);
        }
      }) {}

bool LogSymbolizer::is_other_kernel(std::string_view text) {
  std::optional<std::string> mismatch;
  if (const auto booted = release_of_banner(text); !booted.empty()) {
    slide_.reset();
    refused_ = false;
    mismatch = symbolizer_->release_mismatch(booted);
  } else if (const auto crashed = release_of_crash(text); !crashed.empty()) {
    mismatch = symbolizer_->release_mismatch(crashed);
    // "… 6.1.0-foo #1 0a1b…": the build id with CONFIG_STACKTRACE_BUILD_ID.
    auto rest = text.substr(static_cast<size_t>(crashed.data() + crashed.size() - text.data()));
    while (!mismatch && !rest.empty()) {
      const size_t blank = std::min(rest.find_first_of(" \r\n"), rest.size());
      const auto word = rest.substr(0, blank);
      const bool id = word.size() >= 32 && word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
      if (id) mismatch = symbolizer_->build_id_mismatch(word);
      rest.remove_prefix(std::min(blank + 1, rest.size()));
    }
  }
  if (!mismatch) return refused_;
  const bool force = symbolizer_->options().mismatch == Mismatch::GoOn;
  symbolizer_->warn(*mismatch + (force ? "; going on, for --force was given"
                                       : "; its addresses would mean nothing, so that part of the log is left as it "
                                         "is (--force goes on)"));
  refused_ = !force;
  return refused_;
}

void LogSymbolizer::on_line(std::string_view line) {
  if (symbolizer_ == nullptr || is_other_kernel(line)) {
    if (refused_) counts_.refused += find_mentions(line).size();
    return write_demangled(line);
  }
  learn_slide(line);
  if (!annotate(line) && !annotate_address(line)) write(line);
  if (options_.disassemble) disassemble(line);
}

Resolution LogSymbolizer::resolve(const CodeMention& mention) {
  const auto& symbol = mention.symbol;
  // arm64 and riscv repeat the faulting instruction as the trace's first frame.
  const bool fault = mention.kind == CodeName::Kind::Exact || fault_text(mention) == fault_;
  const CodeName name{symbol.function, *symbol.offset,  symbol.size,
                      symbol.module,   symbol.build_id, fault ? CodeName::Kind::Exact : CodeName::Kind::Return};
  if (mention.kind == CodeName::Kind::Exact) {
    fault_ = fault_text(mention);
    fault_offset_ = symbol.offset;
  }
  Resolution resolution = symbolizer_->resolve(name);
  ++counts_.functions;
  if (!resolution.chains.empty()) ++counts_.resolved;
  if (resolution.chains.size() > 1) ++counts_.ambiguous;
  return resolution;
}

bool LogSymbolizer::annotate(std::string_view line) {
  const auto mentions = find_mentions(line);
  if (mentions.empty()) return false;
  std::string out;
  std::string inlined;
  size_t done = 0;
  for (const auto& mention : mentions) {
    const Resolution resolution = resolve(mention);
    if (const auto* chain = resolution.only(); chain != nullptr && mention.is_frame) {
      inlined += inlined_calls(*chain, line, mention.start);
    }
    out += line.substr(done, mention.start - done);
    out += text_of(mention, line, options_);
    out += positions(resolution);
    done = mention.end;
  }
  out += line.substr(done);
  write(inlined + out);
  return true;
}

void LogSymbolizer::write_demangled(std::string_view line) {
  if (!options_.demangle) return write(line);
  std::string out;
  size_t done = 0;
  for (const auto& mention : find_mentions(line)) {
    out += line.substr(done, mention.start - done);
    out += text_of(mention, line, options_);
    done = mention.end;
  }
  out += line.substr(done);
  write(out);
}

/// KASLR moves the kernel by as much as one symbol and its address in the log differ from the vmlinux; a panic says it
/// outright (arch/x86/kernel/setup.c, dump_kernel_offset()).
void LogSymbolizer::learn_slide(std::string_view line) {
  if (const size_t at = line.find("Kernel Offset: 0x"); at != std::string_view::npos) {
    auto rest = line.substr(at + 17);
    slide_ = to_number<uint64_t>(eat_while(rest, is_hex_digit), 16);
    return;
  }
  if (slide_) return;
  const size_t open = line.find("[<");
  if (open == std::string_view::npos) return;
  auto rest = line.substr(open + 2);
  const auto address = to_number<uint64_t>(eat_while(rest, is_hex_digit), 16);
  const auto mentions = find_mentions(line);
  if (!address || mentions.size() != 1 || !mentions.front().symbol.module.empty()) return;
  const auto base = symbolizer_->address_of(mentions.front().symbol.function);
  if (base) slide_ = *address - *mentions.front().symbol.offset - *base;
}

bool LogSymbolizer::annotate_address(std::string_view line) {
  const auto mention = find_address(line);
  if (!mention || (mention->kind == CodeName::Kind::Exact && is_user_pointer(line))) return false;
  const uint64_t linked = mention->address - slide_.value_or(0);
  const auto symbol = symbolizer_->symbol_at(linked);
  if (!symbol) return false;
  ++counts_.functions;
  const auto resolution = symbolizer_->resolve(linked, mention->kind);
  if (resolution.chains.empty()) return false;
  ++counts_.resolved;
  const auto& chain = resolution.chains.front();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "+0x%llx/0x%llx", static_cast<unsigned long long>(linked - symbol->address),
                static_cast<unsigned long long>(symbol->distance));
  write(inlined_calls(chain, line, mention->start) + std::string(line.substr(0, mention->end)) + " " +
        chain.back().function + text.data() + positions(resolution) + std::string(line.substr(mention->end)));
  return true;
}

namespace {

std::string_view arch_of(uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86_64";
    case EM_386:
      return "i686";
    case EM_AARCH64:
      return "arm64";
    case EM_ARM:
      return "arm";
    case EM_PPC64:
      return "ppc64";
    case EM_PPC:
      return "ppc";
    case EM_RISCV:
      return "riscv64";
    default:
      return {};
  }
}

}  // namespace

void LogSymbolizer::disassemble(std::string_view line) {
  if (line.find("IP: ") != std::string_view::npos) user_mode_ = is_user_pointer(line);
  const size_t at = line.find("Code: ");
  if (at == std::string_view::npos || user_mode_) return;
  const auto arch = arch_of(symbolizer_->machine());
  const auto text = line.substr(at + 6);
  if (text == last_code_) return;  // x86 prints it again when the task is gone
  const auto code = parse_machine_code(text, has_big_endian_code(arch));
  if (!code || !code->trap_offset) return;
  last_code_ = text;
  std::string out = line.ends_with('\n') ? "" : "\n";
  const std::string_view ending = ending_of(line).empty() ? "\n" : ending_of(line);
  const auto instructions = ktriage::disassemble(*code, arch, {fault_offset_});
  if (instructions.empty()) {
    symbolizer_->warn(needs_objdump(arch) ? "Code: lines stay as they are: no riscv64-linux-gnu-objdump in $PATH "
                                            "(Debian's package binutils-riscv64-linux-gnu)"
                                          : "Code: lines stay as they are: no disassembler for this machine");
    return;
  }
  for (const auto& instruction : format_instructions(*code, instructions)) {
    out += line.substr(0, at);
    out += instruction;
    out += ending;
  }
  write(out);
}

}  // namespace ktriage

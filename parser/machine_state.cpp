#include "parser/machine_state.h"

#include <algorithm>
#include <string_view>

#include "parser/text_cursor.h"

namespace ktriage {
namespace {

bool is_hex_text(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

template <typename Visit>
void for_each_word(std::string_view text, Visit visit) {
  while (true) {
    const size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    const size_t end = std::min(text.find_first_of(" \t"), text.size());
    if (!visit(text.substr(0, end))) return;
    text.remove_prefix(end);
  }
}

void set_if_empty(std::string& field, std::string_view value) {
  if (field.empty()) field = value;
}

void extract_facts(std::string_view line, const ConsoleRules& console, CrashReport& report) {
  const auto index = console.facts.first_match(line);
  if (!index) return;
  Captures facts;
  if (!console.facts.patterns()[*index].find(line, facts)) return;
  if (!report.cpu) report.cpu = to_number<uint32_t>(facts.named("cpu"));
  if (!report.pid) {
    report.pid = to_number<uint32_t>(facts.named("pid"));
    report.comm = facts.named("comm");  // with its PID, or not at all
  }
  set_if_empty(report.kernel.release, facts.named("release"));
  set_if_empty(report.kernel.build_id, facts.named("build_id"));
  set_if_empty(report.kernel.tainted, facts.named("tainted"));
  set_if_empty(report.kernel.hardware, facts.named("hardware"));
}

/// A fuzzer's process name: "syz.<process>.<program>".
std::optional<Executor> executor_of(std::string_view comm) {
  if (!comm.starts_with("syz.")) return std::nullopt;
  comm.remove_prefix(4);
  const size_t dot = comm.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto proc = to_number<uint32_t>(comm.substr(0, dot));
  const auto id = to_number<uint32_t>(comm.substr(dot + 1));
  if (!proc || !id) return std::nullopt;
  return Executor{*proc, *id};
}

class RegisterDump {
 public:
  explicit RegisterDump(CrashReport& report) : report_(report) {}

  void visit(std::string_view line, const ConsoleRules& console) {
    if (complete_ || console.registers.empty()) return;
    Captures found;
    const Pattern& pattern = console.registers.patterns().front();
    // A dump's lines hold nothing else; prose may well hold "fault: 0000".
    auto rest = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    bool more = pattern.find(rest, found, Pattern::Where::AtStart);
    while (more) {
      const auto name = found.named("name");
      // The same register again: this is the next dump, of user mode or of another CPU.
      complete_ = complete_ || std::any_of(report_.registers.begin(), report_.registers.end(),
                                           [&](const auto& known) { return known.first == name; });
      if (complete_) return;
      report_.registers.emplace_back(name, found.named("value"));
      rest = rest.substr(static_cast<size_t>(found.whole().data() + found.whole().size() - rest.data()));
      eat_blanks(rest);
      more = pattern.find(rest, found, Pattern::Where::AtStart) || pattern.find(rest, found);
    }
  }

 private:
  CrashReport& report_;
  bool complete_ = false;
};

/// "Code: 48 89 <0f> 0b …" (bytes), "Code: d5384100 (f9400000) …" (words), "Code: Bad RIP value." (nothing).
void extract_code(std::string_view line, Code& code) {
  const size_t at = line.find("Code: ");
  if (at == std::string_view::npos || at > 12 || !code.bytes.empty()) return;
  Code found;
  size_t decoded = 0;
  bool sound = true;
  for_each_word(line.substr(at + 6), [&](std::string_view word) {
    const bool marked = word.front() == '<' || word.front() == '(';
    if (marked) word = word.substr(1, word.size() >= 2 ? word.size() - 2 : 0);
    sound = is_hex_text(word) && word.size() % 2 == 0;
    if (!sound) return false;
    if (marked) found.trap_offset = decoded;
    decoded += word.size() / 2;
    if (!found.bytes.empty()) found.bytes += ' ';
    found.bytes += word;
    return true;
  });
  if (sound) code = std::move(found);
}

/// "Modules linked in: kvm_intel(O) loop [last unloaded: xt_u32]"
void extract_modules(std::string_view line, std::vector<std::string>& modules) {
  constexpr std::string_view kHeader = "Modules linked in:";
  const size_t at = line.find(kHeader);
  if (at == std::string_view::npos || !modules.empty()) return;
  for_each_word(line.substr(at + kHeader.size()), [&](std::string_view word) {
    if (word.front() == '[') return false;
    modules.emplace_back(word.substr(0, word.find('(')));
    return true;
  });
}

}  // namespace

void extract_machine_state(const ReportText& text, const ConsoleRules& console, CrashReport& report) {
  RegisterDump registers(report);
  for (const auto& line : text.lines()) {
    if (report.kernel.arch.empty()) {
      if (const auto mark = console.arch_marks.first_match(line.text)) report.kernel.arch = console.archs[*mark];
    }
    if (line.kind == LineKind::Frame || line.kind == LineKind::InstructionPointer) continue;
    if (line.may_hold_facts) extract_facts(line.text, console, report);
    registers.visit(line.text, console);
    extract_code(line.text, report.code);
    extract_modules(line.text, report.modules);
  }
  report.executor = executor_of(report.comm);
}

}  // namespace ktriage

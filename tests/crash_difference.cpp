#include "tests/crash_difference.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

namespace ktriage::test {
namespace {

class Writer {
 public:
  void add(const std::string& name, std::string_view value) {
    out_ += name + ": ";
    for (const char c : value) out_ += c == '\n' ? std::string("\\n") : std::string(1, c);
    out_ += '\n';
  }
  void add(const std::string& name, double value) {
    char digits[64];
    const auto result = std::to_chars(std::begin(digits), std::end(digits), value);  // exact, so that equal means equal
    add(name, std::string_view(digits, static_cast<size_t>(result.ptr - digits)));
  }
  template <std::integral T>
  void add(const std::string& name, T value) {
    add(name, std::string_view(std::to_string(value)));
  }
  template <typename T>
  void add(const std::string& name, const std::optional<T>& value) {
    value ? add(name, *value) : add(name, std::string_view("absent"));
  }
  void add(const std::string& name, const std::vector<std::string>& values) {
    for (const auto& value : values) add(name, std::string_view(value));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// The structured bindings below name every member: whoever adds one to CrashReport is told here to compare it.

void add_frame(Writer& out, const std::string& at, const Frame& frame) {
  const auto& [function, offset, size, address, module, build_id, file, line, reliable, inlined, at_fault] = frame;
  out.add(at + "function", function);
  out.add(at + "offset", offset);
  out.add(at + "size", size);
  out.add(at + "address", address);
  out.add(at + "module", module);
  out.add(at + "build_id", build_id);
  out.add(at + "file", file);
  out.add(at + "line", line);
  out.add(at + "reliable", reliable);
  out.add(at + "inlined", inlined);
  out.add(at + "at_fault", at_fault);
}

void add_stacks(Writer& out, const std::vector<Stack>& stacks) {
  for (size_t s = 0; s < stacks.size(); ++s) {
    const auto& [role, header, frames] = stacks[s];
    const std::string at = "stack " + std::to_string(s) + " ";
    out.add(at + "role", static_cast<int>(role));
    out.add(at + "header", header);
    for (size_t f = 0; f < frames.size(); ++f) add_frame(out, at + "frame " + std::to_string(f) + " ", frames[f]);
  }
}

void add_guilty(Writer& out, const std::optional<Guilty>& found) {
  if (!found) return;
  const auto& [function, module, file, line, why] = *found;
  out.add("guilty function", function);
  out.add("guilty module", module);
  out.add("guilty file", file);
  out.add("guilty line", line);
  out.add("guilty why", why);
}

void add_machine(Writer& out, const KernelInfo& kernel, const std::optional<Executor>& executor, const Code& code) {
  const auto& [release, build_id, arch, tainted, hardware] = kernel;
  out.add("kernel release", release);
  out.add("kernel build id", build_id);
  out.add("kernel arch", arch);
  out.add("kernel tainted", tainted);
  out.add("kernel hardware", hardware);
  if (executor) {
    const auto& [proc, id] = *executor;
    out.add("executor proc", proc);
    out.add("executor id", id);
  }
  const auto& [bytes, trap_offset] = code;
  out.add("code bytes", bytes);
  out.add("code trap_offset", trap_offset);
}

void add_range(Writer& out, const LogRange& range) {
  const auto& [start_byte, end_byte, start_line, end_line] = range;
  out.add("range start_byte", start_byte);
  out.add("range end_byte", end_byte);
  out.add("range start_line", start_line);
  out.add("range end_line", end_line);
}

std::string first_difference(const std::string& left, const std::string& right) {
  std::istringstream a(left);
  std::istringstream b(right);
  std::string line_a;
  std::string line_b;
  while (true) {
    const bool more_a = static_cast<bool>(std::getline(a, line_a));
    const bool more_b = static_cast<bool>(std::getline(b, line_b));
    if (!more_a && !more_b) return {};
    if (more_a && more_b && line_a == line_b) continue;
    return "'" + (more_a ? line_a : "nothing") + "' / '" + (more_b ? line_b : "nothing") + "'";
  }
}

}  // namespace

std::string all_fields(const CrashReport& report) {
  const auto& [title, alt_titles, type, severity, frame, corrupted_reason, suppressed, panicked, incident, range,
               time_s, kernel, cpu, pid, comm, executor, stacks, registers, code, modules, guilty, guilty_file,
               caused_by, rule, family, skipped, text] = report;
  Writer out;
  out.add("title", title);
  out.add("alt_title", alt_titles);
  out.add("type", type);
  out.add("severity", severity);
  out.add("frame", frame);
  out.add("corrupted_reason", corrupted_reason);
  out.add("suppressed", suppressed);
  out.add("panicked", panicked);
  out.add("incident", incident);
  add_range(out, range);
  out.add("time_s", time_s);
  add_machine(out, kernel, executor, code);
  out.add("cpu", cpu);
  out.add("pid", pid);
  out.add("comm", comm);
  add_stacks(out, stacks);
  for (const auto& [name, value] : registers) out.add("register " + name, value);
  out.add("module", modules);
  add_guilty(out, guilty);
  out.add("guilty_file", guilty_file);
  if (caused_by) {
    const auto& [start_byte, cause, why] = *caused_by;
    out.add("caused_by start_byte", start_byte);
    out.add("caused_by title", cause);
    out.add("caused_by why", why);
  }
  out.add("rule", rule);
  out.add("family", family);
  for (const auto& [function, list, entry] : skipped) {
    out.add("skipped function", function);
    out.add("skipped list", list);
    out.add("skipped entry", entry);
  }
  out.add("report", text);
  return out.take();
}

std::string difference(const std::vector<CrashReport>& left, const std::vector<CrashReport>& right) {
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const auto found = first_difference(all_fields(left[i]), all_fields(right[i]));
    if (!found.empty()) return "crash " + std::to_string(i) + ": " + found;
  }
  if (left.size() == right.size()) return {};
  return std::to_string(left.size()) + " crashes / " + std::to_string(right.size()) + " crashes";
}

}  // namespace ktriage::test

#include "triage/crash_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "symbolizer/disassembler.h"
#include "triage/guilty_json.h"

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

// Absent facts are left out: these add a member only if there is something to say.
void add(Json& object, const char* key, std::string_view text) {
  if (!text.empty()) object[key] = std::string(text);
}

template <typename T>
void add(Json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

void add(Json& object, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) object[key] = texts;
}

void add_part(Json& object, const char* key, Json part) {
  if (!part.empty()) object[key] = std::move(part);
}

Json to_json(const Frame& frame) {
  Json out = Json::object();
  add(out, "function", frame.function);
  add(out, "offset", frame.offset);
  add(out, "size", frame.size);
  add(out, "module", frame.module);
  add(out, "build_id", frame.build_id);
  if (frame.address) out["address"] = fmt::format("{:#x}", *frame.address);
  out["reliable"] = frame.reliable;
  if (frame.inlined) out["inline"] = true;
  add(out, "file", frame.file);
  if (frame.line > 0) out["line"] = frame.line;
  return out;
}

Json to_json(const Stack& stack) {
  Json out = Json::object();
  out["role"] = role_name(stack.role);
  add(out, "header", stack.header);
  Json frames = Json::array();
  for (const auto& frame : stack.frames) frames.push_back(to_json(frame));
  out["frames"] = std::move(frames);
  return out;
}

Json log_of(const CrashReport& crash, std::string_view file) {
  Json out = Json::object();
  out["file"] = std::string(file);
  out["start_byte"] = crash.range.start_byte;
  out["end_byte"] = crash.range.end_byte;
  out["start_line"] = crash.range.start_line;
  out["end_line"] = crash.range.end_line;
  add(out, "time_s", crash.time_s);
  return out;
}

Json kernel_of(const KernelInfo& kernel) {
  Json out = Json::object();
  add(out, "release", kernel.release);
  add(out, "build_id", kernel.build_id);
  add(out, "arch", kernel.arch);
  add(out, "tainted", kernel.tainted);
  add(out, "hardware", kernel.hardware);
  return out;
}

Json executor_of(const std::optional<Executor>& executor) {
  Json out = Json::object();
  if (executor) out = {{"proc", executor->proc}, {"id", executor->id}};
  return out;
}

Json stacks_of(const CrashReport& crash) {
  Json out = Json::array();
  for (const auto& stack : crash.stacks) out.push_back(to_json(stack));
  return out;
}

Json registers_of(const CrashReport& crash) {
  Json out = Json::object();
  for (const auto& [name, value] : crash.registers) out[name] = value;
  return out;
}

Json code_of(const CrashReport& crash) {
  const Code& code = crash.code;
  Json out = Json::object();
  if (code.bytes.empty()) return out;
  out["bytes"] = code.bytes;
  add(out, "trap_offset", code.trap_offset);
  add(out, "disassembly", disassembly_of(crash));
  return out;
}

Json to_json(const Signature& signature) {
  Json out = Json::object();
  out["id"] = signature.id;
  out["version"] = signature.version;
  out["family"] = signature.family;
  add(out, "kind", signature.kind);
  add(out, "anchor", signature.anchor);
  add(out, "module", signature.module);
  add(out, "detail", signature.detail);
  Json frames = Json::array();
  for (const auto& frame : signature.frames) frames.push_back(frame.function);
  add_part(out, "frames", std::move(frames));
  add(out, "allocation", signature.allocation);
  add(out, "free", signature.free);
  return out;
}

}  // namespace

std::string_view role_name(StackRole role) {
  switch (role) {
    case StackRole::Crash:
      return "crash";
    case StackRole::Allocation:
      return "allocation";
    case StackRole::Free:
      return "free";
    case StackRole::Auxiliary:
      return "auxiliary";
    case StackRole::Origin:
      return "origin";
    case StackRole::LockChain:
      return "lock chain";
    case StackRole::PerCpu:
      return "per-cpu";
    case StackRole::Other:
      break;
  }
  return "other";
}

std::string shown_signature_to_json(const Signature& signature) {
  return to_json(signature).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string crash_to_json(const CrashReport& crash, const Signature& signature, std::string_view file) {
  Json out = Json::object();
  out["schema"] = "ktriage.crash/1";
  out["title"] = crash.title;
  add(out, "alt_titles", crash.alt_titles);
  add(out, "type", crash.type);
  if (crash.severity > 0) out["severity"] = crash.severity;
  add(out, "frame", crash.frame);
  out["corrupted"] = crash.corrupted();
  add(out, "corrupted_reason", crash.corrupted_reason);
  out["suppressed"] = crash.suppressed;
  out["panicked"] = crash.panicked;
  if (crash.incident) out["incident"] = true;
  out["log"] = log_of(crash, file);
  add_part(out, "kernel", kernel_of(crash.kernel));
  add(out, "cpu", crash.cpu);
  add(out, "pid", crash.pid);
  add(out, "comm", crash.comm);
  add_part(out, "executor", executor_of(crash.executor));
  add_part(out, "stacks", stacks_of(crash));
  add_part(out, "registers", registers_of(crash));
  add_part(out, "code", code_of(crash));
  add(out, "modules", crash.modules);
  if (crash.guilty) {
    out["guilty"] = to_json(*crash.guilty);
  }
  add(out, "guilty_file", crash.guilty_file);
  out["signature"] = to_json(signature);
  if (const auto& cause = crash.caused_by) {
    out["caused_by"] = {{"start_byte", cause->start_byte}, {"title", cause->title}, {"why", cause->why}};
  }
  add(out, "rule", crash.rule);
  add(out, "report", crash.report);
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace ktriage

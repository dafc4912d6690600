#include "tests/signature_samples.h"

#include "parser/frame_line.h"

namespace ktriage::test {

Stack stack_of(StackRole role, std::initializer_list<std::string> frames) {
  Stack stack;
  stack.role = role;
  for (std::string text : frames) {
    Frame frame;
    if (text.starts_with('?')) {
      frame.reliable = false;
      text.erase(0, 1);
    }
    if (const size_t inlined = text.find(" [inline]"); inlined != std::string::npos) {
      frame.inlined = true;
      text.resize(inlined);
    }
    if (const size_t module = text.find(" ["); module != std::string::npos) {
      frame.module = text.substr(module + 2, text.size() - module - 3);
      text.resize(module);
    }
    const size_t plus = text.find('+');
    frame.function = text.substr(0, plus);
    frame.offset = plus == std::string::npos ? 1 : std::stoull(text.substr(plus + 1), nullptr, 16);
    stack.frames.push_back(std::move(frame));
  }
  return stack;
}

CrashReport crash_of(const std::string& title, std::initializer_list<std::string> frames) {
  CrashReport report;
  report.title = title;
  if (const size_t in = title.rfind(" in "); in != std::string::npos) report.frame = title.substr(in + 4);
  if (report.frame == "corrupted") report.corrupted_reason = "no frames";
  report.stacks.push_back(stack_of(StackRole::Crash, frames));
  return report;
}

}  // namespace ktriage::test

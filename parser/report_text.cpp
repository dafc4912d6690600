#include "parser/report_text.h"

#include <algorithm>
#include <utility>

namespace ktriage {

ReportText::ReportText(std::string text, const ConsoleRules& console) : text_(std::move(text)), console_(console) {
  std::string_view rest = text_;
  lines_.reserve(static_cast<size_t>(std::count(rest.begin(), rest.end(), '\n')) + 1);
  while (!rest.empty()) {
    const size_t newline = std::min(rest.find('\n'), rest.size());
    lines_.push_back(classify(rest.substr(0, newline)));
    rest.remove_prefix(std::min(newline + 1, rest.size()));
  }
}

ReportLine ReportText::classify(std::string_view text) const {
  ReportLine line;
  line.text = text;
  if (text.size() < 4) return line;
  if (console_.corrupted_lines.matches(text)) {
    line.kind = LineKind::Corruption;
  } else if (auto frame = parse_frame_line(text)) {
    line.kind = LineKind::Frame;
    line.frame = frame;
  } else if (!console_.telling_lines.matches(text)) {
    line.may_hold_facts = false;
  } else if (const auto header = console_.stack_header_lines.first_match(text)) {
    line.kind = LineKind::StackHeader;
    line.header = &console_.stack_headers[*header];
  } else if (const auto ip = console_.instruction_pointers.first_match(text)) {
    Captures captures;
    console_.instruction_pointers.patterns()[*ip].find(text, captures);
    line.kind = LineKind::InstructionPointer;
    line.frame = parse_symbol(captures.named("frame"));
    if (line.frame && !line.frame->offset && line.frame->file.empty()) line.frame.reset();  // " (null)", bare addresses
  }
  return line;
}

}  // namespace ktriage

#include "parser/log_line.h"

#include <cstring>

#include "parser/byte_scan.h"
#include "parser/text_cursor.h"

namespace ktriage {
namespace {

/// The end of the escape sequence that starts at `at`: CSI sequences (ESC [ … letter) whole, other escapes with one
/// byte.
size_t end_of_escape(std::string_view text, size_t at) {
  size_t end = at + 1;
  if (end >= text.size()) return end;
  if (text[end] != '[') return end + 1;
  ++end;
  while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
  return end < text.size() ? end + 1 : end;
}

void clean_into(std::string_view raw, std::string& out) {
  out.clear();
  for (size_t i = 0; i < raw.size();) {
    if (raw[i] == '\x1b') {
      i = end_of_escape(raw, i);
      continue;
    }
    if (!is_control(raw[i])) out += raw[i];
    ++i;
  }
}

/// "** 12 printk messages dropped ** "
void eat_dropped_note(std::string_view& text) {
  auto rest = text;
  if (!eat(rest, "** ") || eat_digits(rest).empty() || !eat(rest, " printk messages dropped")) return;
  const size_t end = rest.find("** ");
  if (end != std::string_view::npos) text = rest.substr(end + 3);
}

/// "<6>"
std::optional<int> eat_priority(std::string_view& text) {
  auto rest = text;
  if (!eat(rest, "<")) return std::nullopt;
  const auto digits = eat_digits(rest);
  if (digits.empty() || digits.size() > 3 || !eat(rest, ">")) return std::nullopt;
  text = rest;
  return to_number<int>(digits);
}

/// "[   12.345678]", with or without a blank behind it
std::optional<double> eat_timestamp(std::string_view& text) {
  auto rest = text;
  if (!eat(rest, "[")) return std::nullopt;
  eat_blanks(rest);
  const auto seconds = eat_digits(rest);
  if (seconds.empty() || !eat(rest, ".")) return std::nullopt;
  const auto fraction = eat_digits(rest);
  if (fraction.empty() || !eat(rest, "]")) return std::nullopt;
  text = rest;
  return to_seconds({seconds.data(), seconds.size() + 1 + fraction.size()});
}

/// "[ T1234]" or "[    C0]"
std::optional<Context> eat_caller(std::string_view& text) {
  auto rest = text;
  if (!eat(rest, "[")) return std::nullopt;
  eat_blanks(rest);
  Context context;
  if (eat(rest, "T")) {
    context.kind = Context::Kind::Task;
  } else if (eat(rest, "C")) {
    context.kind = Context::Kind::Cpu;
  } else {
    return std::nullopt;
  }
  const auto id = to_number<uint32_t>(eat_digits(rest));
  if (!id || !eat(rest, "]")) return std::nullopt;
  context.id = *id;
  text = rest;
  return context;
}

/// What printk itself writes: "<6>[   12.345678][ T1234] ". False, and nothing eaten, if there is none.
bool eat_printk_prefix(std::string_view& text, LogLine& line) {
  auto rest = text;
  const auto priority = eat_priority(rest);
  const auto time = eat_timestamp(rest);
  if (!time && !priority) return false;
  const auto caller = time ? eat_caller(rest) : std::nullopt;
  if (time && !rest.empty() && rest.front() != ' ') return false;  // "[1.2]text" is somebody else's
  if (!rest.empty() && time) rest.remove_prefix(1);
  text = rest;
  line.priority = priority;
  line.time_s = time;
  line.context = caller.value_or(Context{Context::Kind::Console, 0});
  return true;
}

/// A /dev/kmsg record: "6,339,5140900,-,caller=T12;text" (Documentation/ABI/testing/dev-kmsg).
bool eat_kmsg_record(std::string_view& text, LogLine& line) {
  auto rest = text;
  const auto priority = eat_digits(rest);
  if (priority.empty() || !eat(rest, ",") || eat_digits(rest).empty() || !eat(rest, ",")) return false;
  const auto micros = eat_digits(rest);
  if (micros.empty() || !eat(rest, ",")) return false;
  const size_t semicolon = rest.find(';');
  if (semicolon == std::string_view::npos || semicolon > 64) return false;
  const auto flags = rest.substr(0, semicolon);
  line.priority = to_number<int>(priority);
  if (const auto us = to_seconds(micros)) line.time_s = *us / 1e6;
  line.context = {Context::Kind::Console, 0};
  if (const size_t at = flags.find("caller="); at != std::string_view::npos) {
    auto caller = flags.substr(at + 7);
    const auto kind = caller.starts_with('T') ? Context::Kind::Task : Context::Kind::Cpu;
    caller.remove_prefix(caller.empty() ? 0 : 1);
    if (const auto id = to_number<uint32_t>(eat_digits(caller))) line.context = {kind, *id};
  }
  text = rest.substr(semicolon + 1);
  return true;
}

/// "Jun 18 11:08:59 host kernel: " and "2019-06-18T11:08:59.123456+02:00 host kernel: ": eats up to and with "kernel:
/// ".
bool eat_syslog_prefix(std::string_view& text) {
  const bool month = text.size() > 16 && text[3] == ' ' && text[6] == ' ' && text[9] == ':' && text[12] == ':';
  const bool iso = text.size() > 20 && text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == ' ') &&
                   text[13] == ':' && text[16] == ':';
  if (!month && !iso) return false;
  const size_t kernel = text.substr(0, 160).find(" kernel: ");
  if (kernel == std::string_view::npos) return false;
  text.remove_prefix(kernel + 9);
  return true;
}

/// "[2019-06-18T11:08:59.123] " or "2019-06-18 11:08:59.123 ", as terminal servers put in front of each line.
void eat_recorder_time(std::string_view& text) {
  auto rest = text;
  const bool bracket = eat(rest, "[");
  if (rest.size() < 19 || rest[4] != '-' || rest[7] != '-' || rest[13] != ':' || rest[16] != ':') return;
  if (!is_digit(rest[0]) || !is_digit(rest[18])) return;
  rest.remove_prefix(19);
  while (!rest.empty() && (is_digit(rest.front()) || std::strchr(".,:+-Z", rest.front()) != nullptr))
    rest.remove_prefix(1);
  if (bracket && !eat(rest, "]")) return;
  eat_blanks(rest);
  // Only in front of a printk prefix: other text keeps its time.
  LogLine ignored;
  auto probe = rest;
  if (eat_printk_prefix(probe, ignored)) text = rest;
}

/// "syzkaller login: [   12.345678] ": a prompt that was waiting when the kernel printed.
bool eat_login_prompt(std::string_view& text, LogLine& line) {
  constexpr size_t kPromptBytes = 256;
  constexpr std::string_view kPrompt = "login: ";
  const size_t at = text.substr(0, kPromptBytes).find(kPrompt);
  if (at == std::string_view::npos) return false;
  auto rest = text.substr(at + kPrompt.size());
  if (!eat_printk_prefix(rest, line)) return false;
  text = rest;
  return true;
}

/// Takes off one layer of what stands in front of the message. False if there is none. Bounded work, however long the
/// line.
bool eat_layer(std::string_view& text, LogLine& line) {
  if (text.empty()) return false;
  if (eat_printk_prefix(text, line)) return true;
  const size_t before = text.size();
  if (text.front() == '*') eat_dropped_note(text);
  if (eat_login_prompt(text, line)) return true;
  if (text.size() < before) return true;
  if (is_digit(text.front()) && eat_kmsg_record(text, line)) return true;
  if (eat_syslog_prefix(text)) {
    line.context = {Context::Kind::Console, 0};
    return true;
  }
  eat_recorder_time(text);
  return text.size() < before;
}

std::string_view without_line_end(std::string_view raw) {
  while (!raw.empty() && (raw.back() == '\n' || raw.back() == '\r')) raw.remove_suffix(1);
  return raw;
}

/// What an inner layer tells counts where the outer ones said nothing.
void merge(const LogLine& layer, LogLine& line) {
  if (!line.priority) line.priority = layer.priority;
  if (!line.time_s) line.time_s = layer.time_s;
  if (!line.context.has_caller() && layer.context.kind != Context::Kind::None) line.context = layer.context;
}

}  // namespace

LogLine parse_log_line(std::string_view raw, std::string& scratch) {
  raw = without_line_end(raw);
  if (find_inner_control(raw, 0) == std::string_view::npos) return parse_clean_log_line(raw);
  clean_into(raw, scratch);
  return parse_clean_log_line(scratch);
}

LogLine parse_clean_log_line(std::string_view raw) {
  raw = without_line_end(raw);
  LogLine line;
  line.text = raw;
  // To the last layer, so that a cleaned text read again is the same text.
  for (LogLine layer; eat_layer(line.text, layer); layer = LogLine()) merge(layer, line);
  return line;
}

}  // namespace ktriage

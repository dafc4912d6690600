#include "triage/page/page_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace ktriage {
namespace {

/// The code point at the start of `text` and its length in bytes. A byte that begins none counts as itself.
struct CodePoint {
  uint32_t value = 0;
  size_t length = 1;
};

CodePoint code_point_at(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 1 || text.size() < length) return {first, 1};
  uint32_t value = first & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) value = value << 6 | (byte(i) & 0x3fU);
  return {value, length};
}

bool is_invisible(uint32_t c) {
  if (c == '\n' || c == '\t') return false;
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool direction = c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e);
  const bool other = c == 0xad || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
  const bool tag = c >= 0xe0000 && c <= 0xe007f;
  return control || direction || other || tag;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escape_script_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else if (json.substr(i, 3) == "\u2028" || json.substr(i, 3) == "\u2029") {
      out += json[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string visible_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = code_point_at(text);
    if (is_invisible(c.value)) {
      out += fmt::format("\\u{{{:04x}}}", c.value);
    } else {
      out += text.substr(0, c.length);
    }
    text.remove_prefix(c.length);
  }
  return out;
}

void make_visible(nlohmann::ordered_json& json) {
  if (json.is_string()) {
    auto& text = json.get_ref<std::string&>();
    text = visible_text(text);
  } else if (json.is_object()) {
    auto visible = nlohmann::ordered_json::object();
    for (auto& [name, value] : json.items()) {
      make_visible(value);
      visible[visible_text(name)] = std::move(value);
    }
    json = std::move(visible);
  } else if (json.is_array()) {
    for (auto& element : json) make_visible(element);
  }
}

}  // namespace ktriage

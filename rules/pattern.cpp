#include "rules/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <mutex>

namespace ktriage {
namespace {

struct Macro {
  std::string_view name;
  std::string_view expansion;
};

// A function name ends before a compiler suffix (.isra.0), the +offset, or the file of an inlined frame. Rust's v0
// names start with _R and consist of the same characters.
constexpr Macro kMacros[] = {
    {"{func}", R"((?P<func>[A-Za-z_][A-Za-z0-9_]*)(?:\.|\+|\s|\(|$))"},
    {"{func2}", R"((?P<func2>[A-Za-z_][A-Za-z0-9_]*)(?:\.|\+|\s|\(|$))"},
    {"{pc}", R"(\[?<?(?:0x)?[0-9a-f]{6,16}>?\]?)"},
    {"{addr}", R"((?:0x)?[0-9a-f]{6,16})"},
    {"{src}", R"([A-Za-z0-9_\-./]+\.[a-zA-Z]+:[0-9]+)"},
};

std::string expand_macros(std::string_view source) {
  std::string out(source);
  for (const auto& macro : kMacros) {
    for (size_t at = 0; (at = out.find(macro.name, at)) != std::string::npos; at += macro.expansion.size()) {
      out.replace(at, macro.name.size(), macro.expansion);
    }
  }
  return out;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// Named groups made plain, so that patterns with groups of the same name can stand in one alternation.
std::string without_group_names(std::string source) {
  for (size_t at = 0; (at = source.find("(?P<", at)) != std::string::npos;) {
    const size_t end = source.find('>', at);
    source.replace(at, end == std::string::npos ? 4 : end + 1 - at, "(?:");
  }
  return source;
}

}  // namespace

struct Pattern::State {
  std::string source;
  std::once_flag once;
  std::unique_ptr<RE2> re;
  std::vector<std::string> names;
  std::atomic<const RE2*> ready = nullptr;  // a look at `once` costs as much as a short line's match

  const RE2& compiled() {
    if (const RE2* done = ready.load(std::memory_order_acquire)) return *done;
    std::call_once(once, [this] {
      RE2::Options options(RE2::Quiet);
      options.set_encoding(RE2::Options::EncodingLatin1);  // consoles hold any byte
      re = std::make_unique<RE2>(expand_macros(source), options);
      names.resize(Captures::kMaxGroups);
      for (const auto& [number, name] : re->CapturingGroupNames()) {
        if (number < Captures::kMaxGroups) names[static_cast<size_t>(number)] = name;
      }
      ready.store(re.get(), std::memory_order_release);
    });
    return *re;
  }
};

std::string_view Captures::named(std::string_view name) const {
  if (names_ == nullptr) return {};
  for (size_t i = 1; i < names_->size(); ++i) {
    if ((*names_)[i] == name && groups_[i].data() != nullptr) return groups_[i];
  }
  return {};
}

bool Captures::has(std::string_view name) const { return named(name).data() != nullptr; }

Pattern::Pattern(std::string source) : state_(std::make_shared<State>()) { state_->source = std::move(source); }

Pattern Pattern::any_of(const std::vector<Pattern>& patterns) {
  std::string alternation;
  for (const auto& pattern : patterns) {
    alternation += (alternation.empty() ? "(?:" : "|(?:") + without_group_names(expand_macros(pattern.source())) + ")";
  }
  return Pattern(std::move(alternation));
}

const std::string& Pattern::source() const {
  static const std::string kEmpty;
  return state_ ? state_->source : kEmpty;
}

std::string Pattern::error() const {
  if (!state_) return "empty pattern";
  const RE2& re = state_->compiled();
  if (!re.ok()) return re.error();
  if (re.NumberOfCapturingGroups() >= Captures::kMaxGroups) return "more than 11 groups";
  return {};
}

bool Pattern::matches(std::string_view text) const {
  if (!state_) return false;
  const RE2& re = state_->compiled();
  return re.ok() && re.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

bool Pattern::find(std::string_view text, Captures& captures, Where where) const {
  if (!state_ || !state_->compiled().ok()) return false;
  const RE2& re = state_->compiled();
  std::array<re2::StringPiece, Captures::kMaxGroups> groups;
  const int count = std::min(1 + re.NumberOfCapturingGroups(), Captures::kMaxGroups);
  const auto anchor = where == Where::AtStart ? RE2::ANCHOR_START : RE2::UNANCHORED;
  if (!re.Match(piece(text), 0, text.size(), anchor, groups.data(), count)) return false;
  captures.names_ = &state_->names;
  captures.groups_ = {};
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    captures.groups_[i] = std::string_view(groups[i].data(), groups[i].size());
  }
  return true;
}

void Pattern::replace_all(std::string& text, std::string_view replacement) const {
  if (state_ && state_->compiled().ok()) RE2::GlobalReplace(&text, state_->compiled(), piece(replacement));
}

bool Pattern::has_group(std::string_view name) const {
  if (!state_ || !state_->compiled().ok()) return false;
  const auto& names = state_->names;
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace ktriage

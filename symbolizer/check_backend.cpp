#include "symbolizer/check_backend.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace ktriage {
namespace {

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string to_text(const std::vector<SourceFrame>& frames) {
  std::string out;
  for (const auto& frame : frames) {
    out += out.empty() ? "" : " < ";
    out += std::string(frame.function) + " " + std::string(frame.file) + ":" + std::to_string(frame.line);
  }
  return out.empty() ? "nothing" : out;
}

/// Names differ by aliases and suffixes, and one that knows nothing contradicts nothing.
bool agree(const std::vector<SourceFrame>& a, const std::vector<SourceFrame>& b) {
  if (a.empty() || b.empty() || a.back().line == 0 || b.back().line == 0) return true;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SourceFrame& x, const SourceFrame& y) {
    return x.line == y.line && base_name(x.file) == base_name(y.file);
  });
}

}  // namespace

std::vector<SourceFrame> CheckBackend::look_up(uint64_t address) {
  auto frames = trusted_->look_up(address);
  const auto others = other_->look_up(address);
  ++asked_;
  if (!agree(frames, others)) {
    ++different_;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%#llx", static_cast<unsigned long long>(address));
    warn_("check: " + std::string(text.data()) + ": " + std::string(trusted_->name()) + " says " + to_text(frames) +
          "; " + std::string(other_->name()) + " says " + to_text(others));
  }
  return frames;
}

CheckBackend::~CheckBackend() {
  warn_("check: " + std::to_string(different_) + " of " + std::to_string(asked_) + " addresses differ between " +
        std::string(trusted_->name()) + " and " + std::string(other_->name()));
}

}  // namespace ktriage

#include "bisect/recipients.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "bisect/child_process.h"
#include "bisect/git.h"

namespace ktriage {
namespace {

constexpr std::array<std::string_view, 12> kTrailers = {
    "signed-off-by", "cc",          "reviewed-by", "acked-by",        "reported-by",   "tested-by",
    "suggested-by",  "bisected-by", "author",      "co-developed-by", "originally-by", "reported-and-tested-by"};
constexpr std::array<std::string_view, 6> kNobody = {
    "stable@vger.kernel.org", "stable@kernel.org", "syzbot+", "syzkaller", "noreply", "lkp@intel.com"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return out;
}

/// The address in `Name <a@b>` or `a@b (list)`; empty if there is none.
std::string address_in(std::string_view text) {
  const size_t open = text.find('<');
  if (open != std::string_view::npos) text = text.substr(open + 1, text.find('>', open) - open - 1);
  const size_t start = text.find_first_not_of(" \t\"");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  text = text.substr(0, text.find_first_of(" \t\r\"#,;()"));
  const size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return {};
  return lower(text);
}

bool is_somebody(const std::string& address) {
  return !address.empty() && std::none_of(kNobody.begin(), kNobody.end(), [&](std::string_view part) {
    return address.find(part) != std::string::npos;
  });
}

class Collector : public OutputWatcher {
 public:
  Wish on_output(std::string_view bytes) override {
    text += bytes;
    return Wish::GoOn;
  }
  std::string text;
};

}  // namespace

std::vector<std::string> recipients_of(std::string_view message, std::string_view author_email) {
  std::set<std::string> found = {address_in(author_email)};
  for (const auto& line : split_lines(message)) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = lower(std::string_view(line).substr(0, colon));
    if (std::find(kTrailers.begin(), kTrailers.end(), key) == kTrailers.end()) continue;
    found.insert(address_in(std::string_view(line).substr(colon + 1)));
  }
  std::vector<std::string> out;
  std::copy_if(found.begin(), found.end(), std::back_inserter(out), is_somebody);
  return out;
}

std::vector<std::string> ask_get_maintainer(const std::filesystem::path& tree, const std::filesystem::path& patch) {
  std::error_code error;
  if (!std::filesystem::exists(tree / "scripts/get_maintainer.pl", error)) return {};
  ProcessSpec spec;
  spec.arguments = {
      "perl", "scripts/get_maintainer.pl", "--no-n", "--no-rolestats", "--no-git-fallback", "--no-git", patch.string()};
  spec.directory = tree;
  spec.timeout = Seconds(60);
  spec.separate_errors = true;
  const Cancellation never;
  Collector collector;
  if (!run_process(spec, never, &collector).succeeded()) return {};
  std::set<std::string> found;
  for (const auto& line : split_lines(collector.text)) found.insert(address_in(line));
  std::vector<std::string> out;
  std::copy_if(found.begin(), found.end(), std::back_inserter(out), is_somebody);
  return out;
}

std::vector<std::string> merge_recipients(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  return a;
}

std::string format_recipients(const std::vector<std::string>& addresses) {
  std::string out = "[";
  for (const auto& address : addresses) out += (out.size() > 1 ? " \"" : "\"") + address + "\"";
  return out + "]";
}

}  // namespace ktriage

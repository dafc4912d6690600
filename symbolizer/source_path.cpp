#include "symbolizer/source_path.h"

#include <algorithm>

namespace ktriage {

std::string tidy_path(std::string_view path) {
  std::string out = path.starts_with('/') ? "/" : "";
  const size_t root = out.size();
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      const size_t last = out.size() > root ? out.rfind('/', out.size() - 2) : std::string::npos;
      const size_t start = last == std::string::npos || last < root ? root : last + 1;
      const std::string_view parent = std::string_view(out).substr(start);
      if (!parent.empty() && parent != "../") {
        out.resize(start);
        continue;
      }
      if (root > 0) continue;  // nothing stands above "/"
    }
    out += part;
    out += '/';
  }
  if (out.size() > root) out.pop_back();
  return out;
}

void SourceRoots::learn(std::string_view file, std::string_view place) {
  if (file.size() <= place.size() || !file.ends_with(place)) return;
  file.remove_suffix(place.size());
  if (file.ends_with('/') && file != "/") roots_.emplace_back(file);
}

std::string_view SourceRoots::shorten(std::string_view path) const {
  for (const auto& root : roots_) {
    if (path.size() > root.size() && path.starts_with(root)) return path.substr(root.size());
  }
  return path;
}

}  // namespace ktriage

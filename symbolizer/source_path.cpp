#include "symbolizer/source_path.h"

#include <algorithm>
#include <utility>

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

void SourceRoots::add(std::string_view directory, std::string_view file, std::string_view place) {
  if (!directory.empty()) add_root(tidy_path(directory));
  const std::string tidy = tidy_path(file);
  if (tidy.size() > place.size() && tidy.ends_with(place) && tidy[tidy.size() - place.size() - 1] == '/') {
    add_root(tidy.substr(0, tidy.size() - place.size() - 1));
  }
}

void SourceRoots::add_root(std::string root) {
  if (root.empty() || root == "/") return;
  root += '/';
  if (std::find(roots_.begin(), roots_.end(), root) == roots_.end()) roots_.push_back(std::move(root));
  std::sort(roots_.begin(), roots_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string_view SourceRoots::shorten(std::string_view path) const {
  for (const auto& root : roots_) {
    if (path.size() > root.size() && path.starts_with(root)) return path.substr(root.size());
  }
  return path;
}

}  // namespace ktriage

#pragma once

#include <string>
#include <vector>

namespace ktriage {

/// Which of `tags` to try as good commits, newest first: the release tags (v5.1, v6.12.3, but no -rc; if there are
/// none, all tags that are versions), thinning out with age as the field does it: every one of the newest three, then
/// every second, later every third, and always the last. Of the stable releases of a series the two newest and the
/// middle one.
std::vector<std::string> releases_to_try(const std::vector<std::string>& tags);

}  // namespace ktriage

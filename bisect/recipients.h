#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage {

/// The mail addresses in the trailers of a commit message that name people (Signed-off-by, Cc, Reviewed-by,
/// Reported-by …), and the author's. Lower case, sorted, each once; addresses of robots and of the stable tree are left
/// out.
std::vector<std::string> recipients_of(std::string_view message, std::string_view author_email);

/// What scripts/get_maintainer.pl of the tree says about the commit in `patch`; empty if the tree has none, or it
/// fails.
std::vector<std::string> ask_get_maintainer(const std::filesystem::path& tree, const std::filesystem::path& patch);

/// `lists` in one, sorted, each once.
std::vector<std::string> merge_recipients(std::vector<std::string> a, const std::vector<std::string>& b);

/// ["a@x" "b@y"], as the field's logs have it.
std::string format_recipients(const std::vector<std::string>& addresses);

}  // namespace ktriage

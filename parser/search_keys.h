#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ktriage {

/// A short piece of one or more literals, to be searched for in their stead. Where it is found, one of them may stand
/// around it.
struct SearchKey {
  struct Place {
    size_t literal = 0;  ///< index
    size_t key_end = 0;  ///< offset in the literal just past the key
  };
  std::string text;
  std::vector<Place> places;
};

/// Keys for `literals`: each literal has exactly one place, so wherever it stands, its key is found.
std::vector<SearchKey> search_keys(const std::vector<std::string>& literals);

}  // namespace ktriage

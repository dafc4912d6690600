#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ktriage::test {

/// One case of the peer's report suite (shared/peer-suite/README.md): expectations in header lines, then the log.
struct PeerCase {
  std::string name;
  std::string log;
  std::string title;                    ///< empty: the log holds no crash
  std::vector<std::string> alt_titles;  ///< sorted
  std::string type;
  std::string frame;
  std::string executor;
  std::string start;
  std::string report;
  bool has_report = false;
  bool corrupted = false;
  bool suppressed = false;
  bool panicked = false;
};

/// Takes a case file's text apart.
PeerCase parse_peer_case(std::string name, std::string text);

/// Reads all cases of `directory`, sorted by name.
std::vector<PeerCase> load_peer_cases(const std::filesystem::path& directory);

}  // namespace ktriage::test

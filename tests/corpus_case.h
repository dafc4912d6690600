#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ktriage::test {

/// One console of corpus/linux with the answers of its label (corpus/README.md).
struct CorpusCase {
  std::string name;                  ///< BUILD/SLUG
  std::string log;                   ///< decompressed
  std::optional<std::string> title;  ///< absent: the log holds no crash
  bool undecided = false;            ///< the label gives no title and does not say that there is none
  std::string type;
  std::string guilty;  ///< empty: no function is at fault, or none that a log could show
  std::string bug;
  std::string trigger;  ///< what was done to provoke it
};

/// All labelled consoles below `directory`, sorted by name. Throws std::runtime_error, naming the file, on a label that
/// cannot be read.
std::vector<CorpusCase> load_corpus(const std::filesystem::path& directory);

/// A log file's bytes, decompressed if it is compressed.
std::string read_log_file(const std::filesystem::path& path);

}  // namespace ktriage::test

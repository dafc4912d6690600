#include "tests/sample_logs.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/peer_case.h"

namespace ktriage::test {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

void append(std::vector<SampleLog>& logs, std::vector<SampleLog> more) {
  logs.insert(logs.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
}

}  // namespace

std::vector<SampleLog> rule_examples(const RulePack& pack) {
  std::vector<SampleLog> logs;
  for (const auto& family : pack.families) {
    for (const auto& rule : family.rules) {
      for (const auto& example : rule.examples) logs.push_back({"example of " + rule.id, example.log});
    }
  }
  return logs;
}

std::vector<SampleLog> corpus_logs() {
  const fs::path root = fs::path(KTRIAGE_SOURCE_DIR).lexically_normal();
  std::vector<SampleLog> logs;
  int compressed = 0;
  for (const auto* folder : {"corpus", "tests/data"}) {
    if (!fs::is_directory(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const fs::path& path = entry.path();
      if (path.extension() == ".log") logs.push_back({path.lexically_relative(root).string(), read_file(path)});
      if (path.extension() == ".xz" || path.extension() == ".gz" || path.extension() == ".zst") ++compressed;
    }
  }
  if (logs.empty()) std::printf("SKIPPED LOUDLY: no log under corpus/ and tests/data/\n");
  if (compressed > 0) std::printf("SKIPPED LOUDLY: %d compressed logs of corpus/ are not read here\n", compressed);
  std::sort(logs.begin(), logs.end(), [](const SampleLog& a, const SampleLog& b) { return a.name < b.name; });
  return logs;
}

std::vector<SampleLog> peer_logs() {
  const char* root = std::getenv("KTRIAGE_PEER_SUITE");
  if (root == nullptr) {
    std::printf("SKIPPED LOUDLY: set KTRIAGE_PEER_SUITE to the folder that holds linux/report, for its logs\n");
    return {};
  }
  std::vector<SampleLog> logs;
  for (auto& peer : load_peer_cases(fs::path(root) / "linux" / "report")) {
    logs.push_back({"peer case " + peer.name, std::move(peer.log)});
  }
  return logs;
}

std::vector<SampleLog> all_sample_logs(const RulePack& pack) {
  std::vector<SampleLog> logs = rule_examples(pack);
  append(logs, corpus_logs());
  append(logs, peer_logs());
  return logs;
}

}  // namespace ktriage::test

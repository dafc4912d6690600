#include "tests/peer_case.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace ktriage::test {
namespace {

bool take_value(const std::string& line, std::string_view key, std::string& value) {
  if (!line.starts_with(key)) return false;
  value = line.substr(key.size());
  return true;
}

void read_header(const std::string& line, PeerCase& out) {
  std::string value;
  if (take_value(line, "TITLE: ", out.title) || take_value(line, "TYPE: ", out.type) ||
      take_value(line, "FRAME: ", out.frame) || take_value(line, "EXECUTOR: ", out.executor) ||
      take_value(line, "START: ", out.start)) {
    return;
  }
  if (take_value(line, "ALT: ", value)) out.alt_titles.push_back(value);
  if (take_value(line, "CORRUPTED: ", value)) out.corrupted = value == "Y";
  if (take_value(line, "SUPPRESSED: ", value)) out.suppressed = value == "Y";
  if (take_value(line, "PANICKED: ", value)) out.panicked = value == "Y";
}

}  // namespace

PeerCase parse_peer_case(std::string name, std::string text) {
  std::erase(text, '\r');
  PeerCase out;
  out.name = std::move(name);
  std::istringstream in(text);
  std::string line;
  while (std::getline(in, line) && !line.empty()) read_header(line, out);
  bool after_empty = false;
  while (std::getline(in, line)) {
    if (after_empty && line == "REPORT:") {
      out.has_report = true;
      continue;
    }
    after_empty = line.empty();
    (out.has_report ? out.report : out.log) += line + "\n";
  }
  std::sort(out.alt_titles.begin(), out.alt_titles.end());
  return out;
}

std::vector<PeerCase> load_peer_cases(const std::filesystem::path& directory) {
  std::vector<PeerCase> cases;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    cases.push_back(parse_peer_case(entry.path().filename().string(), std::move(text).str()));
  }
  std::sort(cases.begin(), cases.end(), [](const PeerCase& a, const PeerCase& b) { return a.name < b.name; });
  return cases;
}

}  // namespace ktriage::test

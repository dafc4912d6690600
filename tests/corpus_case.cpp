#include "tests/corpus_case.h"

#include <archive.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace ktriage::test {
namespace {

std::optional<std::string> value_of(const YAML::Node& label, const char* key) {
  if (!label[key] || label[key].IsNull()) return std::nullopt;
  return label[key].Scalar();
}

}  // namespace

std::string read_log_file(const std::filesystem::path& path) {
  const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_read_support_format_empty(reader.get());
  archive_entry* entry = nullptr;
  const bool open = archive_read_open_filename(reader.get(), path.c_str(), 1 << 16) == ARCHIVE_OK;
  if (!open) throw std::runtime_error(path.string() + ": " + archive_error_string(reader.get()));
  std::string bytes;
  if (archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) return bytes;
  char buffer[1 << 16];
  for (la_ssize_t n = 0; (n = archive_read_data(reader.get(), buffer, sizeof buffer)) != 0;) {
    if (n < 0) throw std::runtime_error(path.string() + ": " + archive_error_string(reader.get()));
    bytes.append(buffer, static_cast<size_t>(n));
  }
  return bytes;
}

std::vector<CorpusCase> load_corpus(const std::filesystem::path& directory) {
  std::vector<CorpusCase> cases;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().extension() != ".yaml") continue;
    auto log = entry.path();
    log.replace_extension(".log");
    if (!std::filesystem::exists(log)) log += ".xz";
    const YAML::Node label = YAML::LoadFile(entry.path().string());
    CorpusCase one;
    one.name = (entry.path().parent_path().filename() / entry.path().stem()).string();
    one.log = read_log_file(log);
    one.title = value_of(label, "title");
    one.undecided = !label["title"].IsDefined();
    one.type = value_of(label, "type").value_or("");
    one.guilty = value_of(label, "guilty").value_or("");
    one.bug = value_of(label, "bug").value_or("");
    one.trigger = value_of(label, "trigger").value_or("");
    cases.push_back(std::move(one));
  }
  std::sort(cases.begin(), cases.end(), [](const CorpusCase& a, const CorpusCase& b) { return a.name < b.name; });
  return cases;
}

}  // namespace ktriage::test

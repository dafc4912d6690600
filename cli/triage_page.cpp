#include "cli/triage_page.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "triage/cluster_json.h"
#include "triage/page/page.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

std::string render(const TriageResult& result, const std::string& subject) {
  PageBuilder page;
  for (const auto& cluster : result.clusters) page.add(cluster_to_json(cluster));
  PageFacts facts;
  facts.subject = subject;
  facts.logs = result.logs;
  facts.without_crash = result.logs > result.logs_with_crash ? result.logs - result.logs_with_crash : 0;
  facts.unreadable = result.failed.size();
  return page.finish(facts);
}

bool write_file(const std::string& file, const std::string& text) {
  errno = 0;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  return !out.fail();
}

Diagnostic failure(const std::string& file) {
  std::string why = "the page cannot be written";
  if (errno != 0) why += std::string(": ") + std::strerror(errno);  // NOLINT(concurrency-mt-unsafe)
  return {file, 0, 0, why};
}

}  // namespace

std::optional<Diagnostic> write_page(const TriageResult& result, const std::string& subject, const std::string& file) {
  const std::string text = render(result, subject);
  std::error_code error;
  const auto status = fs::status(file, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return write_file(file, text) ? std::nullopt : std::optional(failure(file));
  }
  const std::string unfinished = file + ".unfinished";
  if (!write_file(unfinished, text) || std::rename(unfinished.c_str(), file.c_str()) != 0) {
    const auto why = failure(file);
    fs::remove(unfinished, error);
    return why;
  }
  return std::nullopt;
}

}  // namespace ktriage

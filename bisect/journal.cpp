#include "bisect/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

namespace ktriage {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kStart = R"({"crc":")";
constexpr size_t kDigits = 8;
constexpr std::string_view kAfter = R"(",)";

std::string checksum(std::string_view text) {
  return fmt::format("{:08x}", crc32(0, reinterpret_cast<const Bytef*>(text.data()),  // NOLINT: zlib's bytes
                                     static_cast<uInt>(text.size())));
}

/// Nothing if the line is not what journal_line() has written.
std::optional<Json> unseal(std::string_view line) {
  const size_t front = kStart.size() + kDigits + kAfter.size();
  if (line.size() <= front || !line.starts_with(kStart)) return std::nullopt;
  const std::string body = "{" + std::string(line.substr(front));
  if (checksum(body) != line.substr(kStart.size(), kDigits)) return std::nullopt;
  return parse_entry(body);
}

}  // namespace

std::optional<Json> parse_entry(std::string_view text) {
  // nlohmann's parser keeps its own stack, but copying and printing recurse.
  constexpr int kDeepest = 16;
  bool too_deep = false;
  Json entry = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kDeepest;
        return depth <= kDeepest;
      },
      false);
  if (too_deep || !entry.is_object()) return std::nullopt;
  return entry;
}

std::string journal_line(const Json& entry) {
  const std::string body = entry.dump(-1, ' ', true, Json::error_handler_t::replace);
  return std::string(kStart) + checksum(body) + std::string(kAfter) + body.substr(1) + "\n";
}

JournalText read_journal(std::string_view text) {
  JournalText out;
  for (int number = 1; out.good_bytes < text.size(); ++number) {
    const size_t end = text.find('\n', out.good_bytes);
    auto entry = end == std::string::npos ? std::nullopt : unseal(text.substr(out.good_bytes, end - out.good_bytes));
    if (!entry) {
      // Only the last line can be torn: each was on the disk before the next was begun.
      if (end != std::string::npos && end + 1 < text.size()) out.damaged_line = number;
      break;
    }
    out.entries.push_back(std::move(*entry));
    out.good_bytes = end + 1;
  }
  return out;
}

Result<Journal> Journal::open(const std::filesystem::path& path, std::vector<Json>& entries) {
  Journal journal;
  journal.path_ = path;
  journal.fd_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!journal.fd_) {
    return Diagnostic{path.string(), 0, 0, "cannot be opened: " + std::generic_category().message(errno)};
  }
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  JournalText read = read_journal(text);
  if (read.damaged_line > 0) {
    return Diagnostic{path.string(), read.damaged_line, 0,
                      "this line is not as it was written (its checksum is wrong), so that nothing behind it can be "
                      "relied on; restore the file, or begin anew with another --state"};
  }
  if (read.good_bytes < text.size() && ftruncate(journal.fd_.get(), static_cast<off_t>(read.good_bytes)) != 0) {
    return Diagnostic{path.string(), 0, 0, "the torn last line cannot be cut off"};
  }
  entries = std::move(read.entries);
  return journal;
}

Result<std::string> Journal::append(const Json& entry) {
  const std::string line = journal_line(entry);
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t put = write(fd_.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) break;
    rest.remove_prefix(static_cast<size_t>(put));
  }
  if (!rest.empty() || fdatasync(fd_.get()) != 0) {
    return Diagnostic{path_.string(), 0, 0, "cannot be written: " + std::generic_category().message(errno)};
  }
  return line;
}

}  // namespace ktriage
